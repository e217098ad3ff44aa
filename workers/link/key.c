/* key.c — CURVE keys, and the line that lets a new device in; as proto/README.md tells it. */
#include "link/key.h"

#include <string.h>

#include <sodium.h>

#define CODE_LETTERS 26

static bool take_value(const char *from, const char *name, const char **ret_value, size_t *ret_len);
static int letter_value(char letter);

bool
key_line_parse(const char *line, struct key_line *ret_line, const char **ret_why)
{
	static const char scheme[] = "huying://";
	struct key_line found = {0};
	const char *key, *code;
	size_t key_len, code_len;
	char hex[KEY_HEX_BYTES];

	*ret_why = "it does not begin with huying://";
	if (strncmp(line, scheme, sizeof(scheme) - 1) != 0)
		return false;
	const char *host = line + sizeof(scheme) - 1;
	size_t host_len = strcspn(host, "/?");
	*ret_why = "there is no HOST:PORT in it";
	if (host_len == 0 || host_len + sizeof("tcp://") > sizeof(found.endpoint) ||
		!memchr(host, ':', host_len))
		return false;
	memcpy(found.endpoint, "tcp://", 6);
	memcpy(found.endpoint + 6, host, host_len);
	const char *rest = strchr(host + host_len, '?');
	*ret_why = "there is no key=… in it, or it is not 64 hexadecimal digits";
	if (!rest || !take_value(rest + 1, "key=", &key, &key_len) || key_len != sizeof(hex) - 1)
		return false;
	memcpy(hex, key, key_len);
	hex[key_len] = '\0';
	if (!key_from_hex(hex, found.server_key))
		return false;
	*ret_why = "there is no code=… in it, or it is not 26 letters and digits of base 32";
	if (!take_value(rest + 1, "code=", &code, &code_len) ||
		!key_code_parse(code, code_len, found.code))
		return false;
	*ret_line = found;
	return true;
}

bool
key_code_parse(const char *text, size_t len, uint8_t ret_code[KEY_CODE_BYTES])
{
	uint8_t code[KEY_CODE_BYTES] = {0};
	size_t letters = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '-')
			continue;
		int value = letter_value(text[i]);
		if (value < 0 || letters == CODE_LETTERS || (letters == 0 && value > 7))
			return false;
		/* code = code * 32 + value, the most significant byte first */
		unsigned carry = (unsigned)value;
		for (size_t byte = KEY_CODE_BYTES; byte-- > 0;) {
			unsigned wide = ((unsigned)code[byte] << 5) | carry;
			code[byte] = (uint8_t)(wide & 0xff);
			carry = wide >> 8;
		}
		letters++;
	}
	if (letters != CODE_LETTERS)
		return false;
	memcpy(ret_code, code, sizeof(code));
	return true;
}

void
key_of_code(const uint8_t code[KEY_CODE_BYTES], uint8_t ret_secret[LINK_KEY_BYTES])
{
	static const char label[] = "huying enrolment 1:";
	crypto_generichash_state hash;

	crypto_generichash_init(&hash, NULL, 0, LINK_KEY_BYTES);
	crypto_generichash_update(&hash, (const uint8_t *)label, sizeof(label) - 1);
	crypto_generichash_update(&hash, code, KEY_CODE_BYTES);
	crypto_generichash_final(&hash, ret_secret, LINK_KEY_BYTES);
}

void
key_fresh(uint8_t ret_secret[LINK_KEY_BYTES])
{
	uint8_t public_key[LINK_KEY_BYTES];

	crypto_box_keypair(public_key, ret_secret);
}

bool
key_public_of(const uint8_t secret[LINK_KEY_BYTES], uint8_t ret_public[LINK_KEY_BYTES])
{
	return crypto_scalarmult_base(ret_public, secret) == 0;
}

bool
key_from_hex(const char *hex, uint8_t ret_key[LINK_KEY_BYTES])
{
	uint8_t key[LINK_KEY_BYTES];
	size_t len = 0;
	const char *end = NULL;

	if (strlen(hex) != KEY_HEX_BYTES - 1 ||
		sodium_hex2bin(key, sizeof(key), hex, KEY_HEX_BYTES - 1, NULL, &len, &end) != 0 ||
		len != sizeof(key) || *end != '\0')
		return false;
	memcpy(ret_key, key, sizeof(key));
	key_wipe(key, sizeof(key));
	return true;
}

void
key_to_hex(const uint8_t key[LINK_KEY_BYTES], char ret_hex[KEY_HEX_BYTES])
{
	sodium_bin2hex(ret_hex, KEY_HEX_BYTES, key, LINK_KEY_BYTES);
}

void
key_wipe(void *bytes, size_t len)
{
	sodium_memzero(bytes, len);
}

/* The value of `name` (with its =) in a=…&b=…. */
static bool
take_value(const char *from, const char *name, const char **ret_value, size_t *ret_len)
{
	for (const char *at = from; at && *at; at = strchr(at, '&')) {
		at += *at == '&';
		if (strncmp(at, name, strlen(name)) == 0) {
			*ret_value = at + strlen(name);
			*ret_len = strcspn(*ret_value, "& \t\r\n");
			return true;
		}
	}
	return false;
}

static int
letter_value(char letter)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

	if (letter >= 'a' && letter <= 'z')
		letter = (char)(letter - 'a' + 'A');
	if (letter == 'O')
		letter = '0';
	if (letter == 'I' || letter == 'L')
		letter = '1';
	const char *at = letter ? strchr(letters, letter) : NULL;
	return at ? (int)(at - letters) : -1;
}
