#include "match/explain.h"

#include <math.h>
#include <stdio.h>

#include "format/json.h"
#include "match/screening/threshold.h"

#define LEVEL_STRONG 0.95
#define LEVEL_POSSIBLE 0.8

const char *
explain_level(double score)
{
	return score >= LEVEL_STRONG ? "strong" : score >= LEVEL_POSSIBLE ? "possible" : "weak";
}

void
explain_number(struct json_out *out, double value)
{
	char z[64];
	int n = snprintf(z, sizeof z, "%.9f", isfinite(value) ? value : 0);

	must(n > 0 && (size_t)n < sizeof z);
	json_out_raw(out, (struct str){z, (size_t)n});
}

static void
key_number(struct json_out *out, struct str key, double value)
{
	json_out_key(out, key);
	explain_number(out, value);
}

static void
write_reason(struct json_out *out, const struct screen_reason *r)
{
	json_out_object(out);
	json_out_key_str(out, "what", str_from(screen_what_name(r->what)));
	json_out_key_str(out, "left", r->left);
	json_out_key_str(out, "right", r->right);
	json_out_key_str(out, "note", str_from(r->note));
	key_number(out, STR("bits"), r->bits);
	json_out_object_end(out);
}

/* The prior speaks against everybody, and is no evidence about this one. */
static bool
speaks_against(const struct screen_reason *r)
{
	return r->bits < 0 && r->what != SCREEN_WHAT_PRIOR;
}

static void
write_changes(struct json_out *out, const struct screen_explanation *why, double threshold)
{
	bool is_match = why->score >= threshold;

	for (size_t i = 0; i < why->n; i++) {
		const struct screen_reason *r = &why->at[i];
		double score = screen_probability(why->bits - r->bits);

		if (r->what == SCREEN_WHAT_PRIOR || (score >= threshold) == is_match)
			continue;
		json_out_object(out);
		json_out_key_str(out, "without", str_from(screen_what_name(r->what)));
		json_out_key_str(out, "left", r->left);
		json_out_key_str(out, "right", r->right);
		json_out_key_str(out, "note", str_from(r->note));
		key_number(out, STR("bits"), why->bits - r->bits);
		key_number(out, STR("score"), score);
		json_out_key_bool(out, "match", !is_match);
		json_out_object_end(out);
	}
}

static void
write_not_compared(struct json_out *out, const struct screen_explanation *why)
{
	static const enum screen_what may_decide[] = {SCREEN_WHAT_DOB, SCREEN_WHAT_COUNTRY,
						      SCREEN_WHAT_IDENTIFIER};

	for (size_t i = 0; i < COUNT_OF(may_decide); i++) {
		bool seen = false;

		for (size_t k = 0; k < why->n; k++)
			seen = seen || why->at[k].what == may_decide[i];
		if (!seen)
			json_out_str(out, str_from(screen_what_name(may_decide[i])));
	}
}

/* The bits that make this score, whatever curve the score has; within 64 bits of none. */
static double
threshold_bits(double score)
{
	double low = -64, high = 64;

	for (int i = 0; i < 60; i++) {
		double middle = (low + high) / 2;

		if (screen_probability(middle) < score)
			low = middle;
		else
			high = middle;
	}
	return high;
}

void
explain_write(struct json_out *out, const struct screen_explanation *why, double threshold)
{
	json_out_object(out);
	key_number(out, STR("score"), why->score);
	json_out_key_bool(out, "match", why->score >= threshold);
	key_number(out, STR("bits"), why->bits);
	json_out_key_str(out, "level", str_from(explain_level(why->score)));
	json_out_key(out, STR("threshold"));
	json_out_object(out);
	key_number(out, STR("score"), threshold);
	key_number(out, STR("bits"), threshold_bits(threshold));
	key_number(out, STR("false_hits_per_10000"), threshold_false_hits(threshold));
	json_out_object_end(out);
	json_out_key(out, STR("evidence"));
	json_out_array(out);
	for (size_t i = 0; i < why->n; i++)
		write_reason(out, &why->at[i]);
	json_out_array_end(out);
	json_out_key(out, STR("counter_evidence"));
	json_out_array(out);
	for (size_t i = 0; i < why->n; i++)
		if (speaks_against(&why->at[i]))
			write_reason(out, &why->at[i]);
	json_out_array_end(out);
	json_out_key(out, STR("would_change"));
	json_out_array(out);
	write_changes(out, why, threshold);
	json_out_array_end(out);
	json_out_key(out, STR("not_compared"));
	json_out_array(out);
	write_not_compared(out, why);
	json_out_array_end(out);
	json_out_object_end(out);
}

struct str
explain_text(struct arena *a, const struct screen_explanation *why)
{
	struct buf b;

	buf_init(&b, a);
	for (size_t i = 0; i < why->n; i++) {
		const struct screen_reason *r = &why->at[i];

		buf_addf(&b, "%s: ", screen_what_name(r->what));
		if (r->left.n > 0 || r->right.n > 0)
			buf_addf(&b, "%.*s ~ %.*s, ", STR_ARG(r->left), STR_ARG(r->right));
		buf_addf(&b, "%s, %+.2f bits\n", r->note, r->bits);
	}
	buf_addf(&b, "sum: %+.2f bits, probability %.4f", why->bits, why->score);
	return str_copy(a, buf_str(&b));
}
