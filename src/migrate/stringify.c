// SPDX-License-Identifier: MIT
/* JSON as JavaScript writes it, byte for byte. jansson escapes and prints numbers differently. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "migrate/stringify.h"

static void add_value(json_t *value, unsigned depth, struct sfs_str *out);

static void
add_string(const char *text, size_t len, struct sfs_str *out)
{
	/* Indexed by the byte; what has no short form is \u00xx. */
	static const char *const shorts[256] = {
		['\b'] = "\\b",
		['\t'] = "\\t",
		['\n'] = "\\n",
		['\f'] = "\\f",
		['\r'] = "\\r",
		['"'] = "\\\"",
		['\\'] = "\\\\",
	};

	sfs_str_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (shorts[c]) {
			sfs_str_add(out, shorts[c]);
		} else if (c < 0x20) {
			sfs_str_addf(out, "\\u%04x", c);
		} else {
			sfs_str_addc(out, (char)c);
		}
	}
	sfs_str_addc(out, '"');
}

/* The digits and the exponent of the shortest decimal that reads back as this number. */
static int
shortest(double number, char digits[32])
{
	char text[40];
	int precision = 0;

	do {
		(void)snprintf(text, sizeof text, "%.*e", precision, number);
	} while (strtod(text, NULL) != number && ++precision < 17);

	size_t n = 0;
	const char *at = text;
	for (; *at != 'e'; at++) {
		if (*at >= '0' && *at <= '9') {
			digits[n++] = *at;
		}
	}
	while (n > 1 && digits[n - 1] == '0') {
		n--;
	}
	digits[n] = '\0';
	return atoi(at + 1);
}

static void
add_zeros(int n, struct sfs_str *out)
{
	while (n-- > 0) {
		sfs_str_addc(out, '0');
	}
}

/* ECMAScript's Number::toString. */
static void
add_real(double number, struct sfs_str *out)
{
	char digits[32];

	if (number == 0) {
		sfs_str_add(out, "0");
		return;
	}
	if (number < 0) {
		sfs_str_add(out, "-");
	}
	int point = shortest(fabs(number), digits) + 1, n = (int)strlen(digits);

	if (point > 21 || point <= -6) {
		sfs_str_addf(out, "%c%s%s", digits[0], n > 1 ? "." : "", digits + 1);
		sfs_str_addf(out, "e%c%d", point > 0 ? '+' : '-', abs(point - 1));
	} else if (point <= 0) {
		sfs_str_add(out, "0.");
		add_zeros(-point, out);
		sfs_str_add(out, digits);
	} else if (n <= point) {
		sfs_str_add(out, digits);
		add_zeros(point - n, out);
	} else {
		sfs_str_addn(out, digits, (size_t)point);
		sfs_str_addf(out, ".%s", digits + point);
	}
}

static void
add_line(unsigned depth, struct sfs_str *out)
{
	sfs_str_addc(out, '\n');
	for (unsigned i = 0; i < depth; i++) {
		sfs_str_add(out, "  ");
	}
}

static void
add_array(json_t *array, unsigned depth, struct sfs_str *out)
{
	size_t n = json_array_size(array);

	sfs_str_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		sfs_str_add(out, i ? "," : "");
		add_line(depth + 1, out);
		add_value(json_array_get(array, i), depth + 1, out);
	}
	if (n) {
		add_line(depth, out);
	}
	sfs_str_addc(out, ']');
}

static void
add_object(json_t *object, unsigned depth, struct sfs_str *out)
{
	const char *key;
	json_t *value;
	bool first = true;

	sfs_str_addc(out, '{');
	json_object_foreach(object, key, value)
	{
		sfs_str_add(out, first ? "" : ",");
		add_line(depth + 1, out);
		add_string(key, strlen(key), out);
		sfs_str_add(out, ": ");
		add_value(value, depth + 1, out);
		first = false;
	}
	if (!first) {
		add_line(depth, out);
	}
	sfs_str_addc(out, '}');
}

static void
add_value(json_t *value, unsigned depth, struct sfs_str *out)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		add_object(value, depth, out);
		break;
	case JSON_ARRAY:
		add_array(value, depth, out);
		break;
	case JSON_STRING:
		add_string(json_string_value(value), json_string_length(value), out);
		break;
	case JSON_INTEGER:
		sfs_str_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		add_real(json_real_value(value), out);
		break;
	case JSON_TRUE:
		sfs_str_add(out, "true");
		break;
	case JSON_FALSE:
		sfs_str_add(out, "false");
		break;
	case JSON_NULL:
		sfs_str_add(out, "null");
		break;
	}
}

void
sfs_json_stringify(json_t *value, struct sfs_str *out)
{
	add_value(value, 0, out);
}
