/* notation.c — from the notation straight to the wire, by the descriptors of the messages. */
#include "tests/wire/notation.h"

#include <ctype.h>
#include <huying.pb-c.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

const uint8_t NOTATION_REQUEST[16] = {0x01, 0x8f, 0x3a, 0x5b, 0x7c, 0x9d, 0x7e, 0x01, 0x80, 0x23, 0x45, 0x67, 0x89,
	0xab, 0xcd, 0xef};

struct writer {
	const char *at; /* in the notation */
	uint8_t *bytes;
	size_t len;
};

static void write_message(struct writer *writer, const ProtobufCMessageDescriptor *message);
static void write_item(struct writer *writer, const ProtobufCMessageDescriptor *message);
static void write_value(struct writer *writer, const ProtobufCFieldDescriptor *field);
static void write_bytes(struct writer *writer, uint32_t number);
static void write_inside(struct writer *writer, uint32_t number, const ProtobufCMessageDescriptor *message);
static void put_varint(struct writer *writer, uint64_t value);
static void put(struct writer *writer, const void *bytes, size_t len);
static void skip_blanks(struct writer *writer);
static unsigned read_byte(struct writer *writer);

struct text
notation(const char *message)
{
	static uint8_t bytes[NOTATION_BYTES_MAX];
	struct writer writer = {message, bytes, 0};

	write_message(&writer, &huying__to_server__descriptor);
	must(*writer.at == '\0');
	return (struct text){(const char *)bytes, writer.len};
}

static void
write_message(struct writer *writer, const ProtobufCMessageDescriptor *message)
{
	for (skip_blanks(writer); *writer->at != '\0' && *writer->at != '}'; skip_blanks(writer))
		write_item(writer, message);
}

static void
write_item(struct writer *writer, const ProtobufCMessageDescriptor *message)
{
	const ProtobufCFieldDescriptor *field;
	char name[64];
	size_t len = 0;
	char *end;

	if (*writer->at == '#') {
		put_varint(writer, strtoull(writer->at + 1, &end, 10) << 3);
		must(*end == ':');
		put_varint(writer, strtoull(end + 1, &end, 10));
		writer->at = end;
		return;
	}
	while (isalnum((unsigned char)writer->at[len]) || writer->at[len] == '_')
		len++;
	must(len > 0 && len < sizeof(name));
	memcpy(name, writer->at, len);
	name[len] = '\0';
	field = protobuf_c_message_descriptor_get_field_by_name(message, name);
	must(field != NULL);
	writer->at += len;
	if (*writer->at == '{') {
		must(field->type == PROTOBUF_C_TYPE_MESSAGE);
		write_inside(writer, field->id, field->descriptor);
	} else {
		must(*writer->at == ':');
		writer->at++;
		write_value(writer, field);
	}
}

static void
write_inside(struct writer *writer, uint32_t number, const ProtobufCMessageDescriptor *message)
{
	struct writer inner = {writer->at + 1, NULL, 0};

	inner.bytes = malloc(NOTATION_BYTES_MAX);
	must(inner.bytes != NULL);
	write_message(&inner, message);
	must(*inner.at == '}');
	writer->at = inner.at + 1;
	put_varint(writer, (uint64_t)number << 3 | 2);
	put_varint(writer, inner.len);
	put(writer, inner.bytes, inner.len);
	free(inner.bytes);
}

static void
write_value(struct writer *writer, const ProtobufCFieldDescriptor *field)
{
	double number;
	char *end;

	if (field->type == PROTOBUF_C_TYPE_BYTES) {
		write_bytes(writer, field->id);
		return;
	}
	if (field->type == PROTOBUF_C_TYPE_DOUBLE) {
		number = strtod(writer->at, &end);
		put_varint(writer, (uint64_t)field->id << 3 | 1);
		put(writer, &number, sizeof(number));
	} else {
		bool negative = *writer->at == '-';

		put_varint(writer, (uint64_t)field->id << 3);
		put_varint(writer, negative ? (uint64_t)strtoll(writer->at, &end, 10) :
					      strtoull(writer->at, &end, 10));
	}
	must(end != writer->at);
	writer->at = end;
}

static void
write_bytes(struct writer *writer, uint32_t number)
{
	uint8_t *bytes = malloc(NOTATION_BYTES_MAX);
	size_t len = 0, times = 1;
	char *end;

	must(bytes != NULL);
	if (strncmp(writer->at, "@7", 2) == 0) {
		memcpy(bytes, NOTATION_REQUEST, len = sizeof(NOTATION_REQUEST));
		writer->at += 2;
	} else {
		must(*writer->at++ == '\'');
		while (*writer->at != '\'')
			bytes[len++] = (uint8_t)read_byte(writer);
		writer->at++;
		if (*writer->at == '*') {
			times = strtoul(writer->at + 1, &end, 10);
			writer->at = end;
		}
	}
	put_varint(writer, (uint64_t)number << 3 | 2);
	put_varint(writer, len * times);
	while (times-- > 0)
		put(writer, bytes, len);
	free(bytes);
}

static unsigned
read_byte(struct writer *writer)
{
	char hex[3] = {0};

	must(*writer->at != '\0');
	if (writer->at[0] != '\\' || writer->at[1] != 'x')
		return (unsigned char)*writer->at++;
	memcpy(hex, writer->at + 2, 2);
	writer->at += 4;
	return (unsigned)strtoul(hex, NULL, 16);
}

static void
put_varint(struct writer *writer, uint64_t value)
{
	uint8_t byte;

	do {
		byte = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
		put(writer, &byte, 1);
		value >>= 7;
	} while (value > 0);
}

static void
put(struct writer *writer, const void *bytes, size_t len)
{
	must(writer->len + len <= NOTATION_BYTES_MAX);
	if (len > 0)
		memcpy(writer->bytes + writer->len, bytes, len);
	writer->len += len;
}

static void
skip_blanks(struct writer *writer)
{
	while (*writer->at == ' ')
		writer->at++;
}
