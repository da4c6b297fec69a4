#include "format/ftm_schema.h"

#include <stddef.h>

/*
 * The schemata of FollowTheMoney 3.8.4 (github.com/alephdata/followthemoney, MIT) with what
 * they extend, the properties that must be there, and their own properties; sorted by name.
 */
/* clang-format off */
const struct ftm_schema ftm_schemata[] = {
	{ "Address", false, "Thing", "",
	  "city country full googlePlaceId latitude longitude osmId postOfficeBox "
	  "postalCode region remarks state street street2" },
	{ "Airplane", false, "Vehicle", "",
	  "icaoCode manufacturer serialNumber" },
	{ "Analyzable", true, "", "",
	  "companiesMentioned detectedCountry detectedLanguage emailMentioned "
	  "ibanMentioned ipMentioned locationMentioned namesMentioned "
	  "peopleMentioned phoneMentioned" },
	{ "Article", false, "Document", "",
	  "" },
	{ "Assessment", false, "Thing", "name",
	  "assessmentId author publishDate" },
	{ "Asset", false, "Thing Value", "",
	  "" },
	{ "Associate", false, "Interval", "person associate",
	  "associate person relationship" },
	{ "Audio", false, "Document", "",
	  "duration samplingRate" },
	{ "BankAccount", false, "Asset", "",
	  "accountNumber accountType balance balanceDate bank bankAddress bankName "
	  "bic closingDate iban maxBalance maxBalanceDate openingDate" },
	{ "Call", false, "Interval", "",
	  "caller callerNumber duration receiver receiverNumber" },
	{ "CallForTenders", false, "Thing Interval", "title authority",
	  "authority authorityReferenceId awardNoticeDate awardedInLots awardingDate "
	  "callId certificationCheck clarificationDeadline contractNoticeDate "
	  "cpvCode directive euFunding evaluationMechanism fallsUnderGPPScope "
	  "involvesOutcome lotsNames maximumNumberOfLots multipleTenders "
	  "numberOfLots nutsCode onBehalfOf paymentOptions procedure procurementType "
	  "publicationDate relationToThreshold reverseAuctionsIncluded "
	  "submissionDeadline tedUrl tenderers tendersForLots title" },
	{ "Company", false, "Organization Asset", "name",
	  "bikCode caemCode capital cikCode coatoCode fnsCode fssCode ibcRuc ipoCode "
	  "irsCode isinCode jibCode jurisdiction kppCode mbsCode okopfCode oksmCode "
	  "okvedCode pfrNumber registrationNumber ricCode ticker voenCode" },
	{ "Contract", false, "Asset", "title",
	  "authority cancelled classification contractDate criteria language method "
	  "noticeId numberAwards procedure procedureNumber project status title type" },
	{ "ContractAward", false, "Value Interest", "supplier contract",
	  "amended callForTenders contract cpvCode decisionReason documentNumber "
	  "documentType lotNumber nutsCode supplier" },
	{ "CourtCase", false, "Thing", "name",
	  "caseNumber category closeDate court fileDate status type" },
	{ "CourtCaseParty", false, "Interest", "case party",
	  "case party" },
	{ "CryptoWallet", false, "Thing Value", "",
	  "balance balanceDate creationDate currencySymbol holder mangingExchange "
	  "privateKey publicKey" },
	{ "Debt", false, "Interval Value", "debtor",
	  "creditor debtor" },
	{ "Directorship", false, "Interest", "director organization",
	  "director organization secretary" },
	{ "Document", false, "Thing Analyzable", "fileName",
	  "ancestors author authoredAt bodyText contentHash crawler date encoding "
	  "extension fileName fileSize generator language messageId mimeType parent "
	  "processedAt processingAgent processingError processingStatus publishedAt "
	  "title translatedLanguage translatedText" },
	{ "EconomicActivity", false, "Interval", "",
	  "bankAccount bankForeign bankRub ccdNumber ccdValue contract "
	  "contractHolder customsAmount customsProcedure declarant departureCountry "
	  "destinationCountry directionOfTransportation dollarExchRate "
	  "goodsDescription invoiceAmount originCountry receiver sender "
	  "tradingCountry transport vedCode vedCodeDescription" },
	{ "Email", false, "Folder PlainText HyperText", "",
	  "bcc cc emitters from headers inReplyTo inReplyToEmail recipients sender "
	  "subject threadTopic to" },
	{ "Employment", false, "Interest", "employer employee",
	  "employee employer" },
	{ "Event", false, "Interval Analyzable Thing", "name",
	  "country important involved location organizer" },
	{ "Family", false, "Interval", "person relative",
	  "person relationship relative" },
	{ "Folder", false, "Document", "",
	  "" },
	{ "HyperText", false, "Document", "",
	  "bodyHtml" },
	{ "Identification", false, "Interval", "holder number",
	  "authority country holder number type" },
	{ "Image", false, "Document", "",
	  "pictured" },
	{ "Interest", true, "Interval", "",
	  "role status" },
	{ "Interval", true, "", "",
	  "alephUrl date description endDate indexText modifiedAt namesMentioned "
	  "publisher publisherUrl recordId retrievedAt sourceUrl startDate summary" },
	{ "LegalEntity", false, "Thing", "name",
	  "bvdId classification dissolutionDate dunsCode email icijId idNumber "
	  "incorporationDate innCode jurisdiction legalForm leiCode licenseNumber "
	  "mainCountry npiCode ogrnCode okpoCode opencorporatesUrl parent phone "
	  "registrationNumber sector status swiftBic taxNumber taxStatus "
	  "uniqueEntityId vatCode website" },
	{ "License", false, "Contract", "name authority",
	  "area commodities reviewDate" },
	{ "Membership", false, "Interest", "member organization",
	  "member organization" },
	{ "Mention", false, "", "document name",
	  "contextCountry contextEmail contextPhone detectedSchema document name "
	  "resolved" },
	{ "Message", false, "Interval Folder PlainText HyperText", "bodyText sender",
	  "inReplyTo inReplyToMessage metadata recipientAccount recipients sender "
	  "senderAccount subject threadTopic" },
	{ "Note", false, "Thing Analyzable", "",
	  "entity" },
	{ "Occupancy", false, "Interval", "holder post",
	  "declarationDate holder post status" },
	{ "Organization", false, "LegalEntity", "name",
	  "cageCode giiNumber imoNumber permId" },
	{ "Ownership", false, "Interest", "owner asset",
	  "asset legalBasis owner ownershipType percentage sharesCount "
	  "sharesCurrency sharesType sharesValue" },
	{ "Package", false, "Folder", "",
	  "" },
	{ "Page", false, "", "",
	  "bodyText detectedLanguage document index indexText translatedText "
	  "translatedTextLanguage" },
	{ "Pages", false, "Document", "",
	  "pdfHash" },
	{ "Passport", false, "Identification", "holder number",
	  "birthDate birthPlace gender givenName passportNumber personalNumber "
	  "surname" },
	{ "Payment", false, "Interval Value", "payer beneficiary",
	  "beneficiary beneficiaryAccount contract payer payerAccount programme "
	  "project purpose sequenceNumber transactionNumber" },
	{ "Person", false, "LegalEntity", "name",
	  "appearance birthCountry birthDate birthPlace citizenship deathDate "
	  "education ethnicity eyeColor fatherName firstName gender hairColor height "
	  "lastName middleName motherName nameSuffix nationality passportNumber "
	  "political position religion secondName socialSecurityNumber "
	  "spokenLanguage title weight" },
	{ "PlainText", false, "Document", "",
	  "" },
	{ "Position", false, "Thing", "name",
	  "dissolutionDate inceptionDate numberOfSeats organization subnationalArea" },
	{ "Post", false, "Interest", "holder",
	  "holder organization wikidataId" },
	{ "Project", false, "Interval Thing Value", "",
	  "goal phase projectId status" },
	{ "ProjectParticipant", false, "Interest", "",
	  "participant project" },
	{ "PublicBody", false, "Organization", "name",
	  "" },
	{ "RealEstate", false, "Asset", "",
	  "area cadastralCode censusBlock createDate encumbrance landType latitude "
	  "longitude parent propertyType registrationNumber tenure titleNumber" },
	{ "Representation", false, "Interest", "agent client",
	  "agent client" },
	{ "Sanction", false, "Interval", "entity",
	  "authority authorityId country duration entity listingDate program "
	  "programId programUrl provisions reason status unscId" },
	{ "Security", false, "Asset", "",
	  "classification collateral figiCode isin issueDate issuer maturityDate "
	  "registrationNumber ticker type" },
	{ "Similar", false, "", "",
	  "candidate confidenceScore criteria match matcher" },
	{ "Succession", false, "Interest", "predecessor successor",
	  "predecessor successor" },
	{ "Table", false, "Document", "",
	  "columns csvHash rowCount" },
	{ "TaxRoll", false, "Interval", "taxee",
	  "birthDate country givenName income surname taxPaid taxee wealth" },
	{ "Thing", true, "", "name",
	  "address addressEntity alephUrl alias country createdAt description "
	  "indexText keywords modifiedAt name notes previousName program programId "
	  "proof publisher publisherUrl retrievedAt sourceUrl summary topics "
	  "weakAlias wikidataId wikipediaUrl" },
	{ "Trip", false, "Event", "name endLocation startLocation",
	  "endLocation startLocation vehicle" },
	{ "UnknownLink", false, "Interest", "subject object",
	  "object subject" },
	{ "UserAccount", false, "Thing", "username",
	  "email ipAddress number owner password service username" },
	{ "Value", true, "", "",
	  "amount amountEur amountUsd currency" },
	{ "Vehicle", false, "Asset", "",
	  "buildDate deregistrationDate model operator owner registrationDate "
	  "registrationNumber type" },
	{ "Vessel", false, "Vehicle", "name",
	  "callSign crsNumber flag grossRegisteredTonnage imoNumber mmsi "
	  "nameChangeDate navigationArea pastFlags pastTypes registrationPort "
	  "tonnage" },
	{ "Video", false, "Document", "",
	  "duration" },
	{ "Workbook", false, "Folder", "",
	  "" },
	{ NULL, false, NULL, NULL, NULL },
};
/* clang-format on */
