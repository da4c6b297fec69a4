#ifndef NODE_DEMO_DATA_HTCDS_H
#define NODE_DEMO_DATA_HTCDS_H

#include "base/buf.h"

/*
 * demo_htcds: one row of HTCDS 2.0 as cells by field, and its CSV. The fields are those of
 * model/codes/htcds_fields.csv in its order, without the three deprecated ones, which are
 * read but never written.
 */
/* clang-format off */
#define DEMO_HTCDS_FIELDS(X) \
	X(org_Name) X(org_ShippingCity) X(org_ShippingCountry) \
	X(org_ShippingState) X(org_ShippingStreet) X(org_ShippingPostalCode) \
	X(org_ShippingLongitude) X(org_ShippingLatitude) X(org_Phone) \
	X(org_Type) X(prs_Salutation) X(prs_FirstName) \
	X(prs_MiddleName) X(prs_SecondName) X(prs_Birthdate) \
	X(prs_Gender) X(prs_Deceased) X(prs_MaritalStatus) \
	X(prs_NumberOfChildren) X(prs_PrimaryLanguage) X(prs_SecondaryLanguage) \
	X(prs_HighestLevelOfEducation) X(prs_Citizenship) X(prs_IdentityNumber) \
	X(prs_Title) X(prs_Email) X(prs_HomePhone) \
	X(prs_MobilePhone) X(prs_MailingCity) X(prs_MailingCountry) \
	X(prs_MailingState) X(prs_MailingStreet) X(prs_MailingPostalCode) \
	X(prs_MailingLongitude) X(prs_MailingLatitude) X(vic_TraffickingStatus) \
	X(vic_TraffickingStatusDecisionMakingOrg) X(vic_RelationshipToTrafficker) X(vic_AgeWhenTrafficked) \
	X(vic_RecruitmentWebsitesAndApps) X(vic_MethodOfRecruitment) X(vic_LocationOfRecruitment) \
	X(vic_MethodsOfControl) X(vic_TypeOfExploitation) X(vic_ForcedLabourIndustry) \
	X(vic_TypeOfSexExploitation) X(vic_LocationOfExploitation) X(vic_ExploitationWebsitesAndApps) \
	X(per_RoleInProcess) X(per_RoleDetails) X(per_Organisation) \
	X(cas_Status) X(cas_ReasonForCaseClosure) X(cas_CaseOwner) \
	X(cas_ReferringOrganisation) X(cas_IncomingReferralDate) X(cas_ReferringPrimaryCaseWorker) \
	X(cas_ReasonForIncomingReferral) X(cas_IncomingReferralDetails) X(cas_ReferredOrganisation) \
	X(cas_ReferredPrimaryCaseWorker) X(cas_ReasonForOutgoingReferral) X(cas_OutgoingReferralDate) \
	X(cas_OutgoingReferralDetails) X(cco_CaseComment) X(hte_Longitude) \
	X(hte_Latitude) X(hte_City) X(hte_Country) \
	X(hte_State) X(hte_Street) X(hte_PostalCode) \
	X(hte_Date) X(hte_Type) X(hte_Description) \
	X(spl_Objectives) X(spl_ActionPlan) X(spl_PlannedEndDate) \
	X(spl_ActualEndDate) X(spl_Type) X(con_Consent)
/* clang-format on */

enum demo_htcds_field {
#define FIELD(name) DEMO_##name,
	DEMO_HTCDS_FIELDS(FIELD)
#undef FIELD
	    DEMO_HTCDS_COUNT
};

struct demo_htcds_row {
	struct str at[DEMO_HTCDS_COUNT];
};

/* The system name of a field: "prs_FirstName". */
struct str demo_htcds_name(enum demo_htcds_field field);
/* Append the header line, or a row, as CSV. */
void demo_htcds_header_write(struct buf *b);
void demo_htcds_row_write(struct buf *b, const struct demo_htcds_row *row);

#endif
