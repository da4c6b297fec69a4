#include "seal/keys_inside.h"
#include "seal/secret.h"

void
keys_index_mac(struct keys *keys, struct str domain, struct str value, unsigned char out[MAC_BYTES])
{
	struct hash h;

	hmac_domain(&keys->p->index, domain, value, &h);
	memcpy(out, h.b, MAC_BYTES);
}

static void
make_month(struct keys *keys, int64_t month, struct month_key *slot)
{
	unsigned char name[8];
	struct hash key;

	for (int i = 0; i < 8; i++)
		name[i] = (unsigned char)((uint64_t)month >> (8 * (7 - i)));
	hmac_domain(&keys->p->log_months, STR("month"), (struct str){(char *)name, sizeof name},
		    &key);
	hmac_key_init(&slot->key, key.b, sizeof key.b);
	slot->month = month;
	slot->is_set = true;
	secret_wipe(&key, sizeof key);
}

void
keys_log_mac(struct keys *keys, int64_t ms, struct str domain, struct str value,
	     unsigned char out[MAC_BYTES])
{
	int year, number;
	int64_t month = keys_month(ms, &year, &number);
	struct month_key *slot = &keys->p->months[(uint64_t)month % MONTHS_KEPT];
	struct hash h;
	bool is_there;

	must(pthread_rwlock_rdlock(&keys->months_lock) == 0);
	is_there = slot->is_set && slot->month == month;
	if (is_there)
		hmac_domain(&slot->key, domain, value, &h);
	must(pthread_rwlock_unlock(&keys->months_lock) == 0);
	if (!is_there) {
		must(pthread_rwlock_wrlock(&keys->months_lock) == 0);
		make_month(keys, month, slot);
		hmac_domain(&slot->key, domain, value, &h);
		must(pthread_rwlock_unlock(&keys->months_lock) == 0);
	}
	memcpy(out, h.b, MAC_BYTES);
}

enum rc
keys_log_sign(struct keys *keys, struct str message, unsigned char out[SIGNATURE_BYTES],
	      struct err *err)
{
	if (keys->link != NULL)
		return keys_remote_sign(keys, message, out, err);
	sign_make(keys->p->log_secret, message, out);
	return RC_OK;
}

void
keys_log_public(struct keys *keys, unsigned char out[PUBLIC_KEY_BYTES])
{
	memcpy(out, keys->log_public, PUBLIC_KEY_BYTES);
}
