// SPDX-License-Identifier: MIT
/* The lexers: every case is a text and its tokens, a letter and the text of each. */
#include <stdlib.h>

#include "base/alloc.h"
#include "sql/lexer.h"
#include "unit.h"

static const char letters[] = {
	[SFS_TOKEN_SPACE] = 's',
	[SFS_TOKEN_COMMENT] = 'c',
	[SFS_TOKEN_WORD] = 'w',
	[SFS_TOKEN_QUOTED] = 'q',
	[SFS_TOKEN_STRING] = 't',
	[SFS_TOKEN_NUMBER] = 'n',
	[SFS_TOKEN_PARAMETER] = 'p',
	[SFS_TOKEN_OPERATOR] = 'o',
	[SFS_TOKEN_BROKEN] = 'b',
};

struct lexer_case {
	const char *sql;
	const char *tokens; /* "w<select> n<1>", spaces left out */
};

static void
show(enum sfs_dialect dialect, const char *sql, struct sfs_str *out)
{
	struct sfs_lexer lexer;
	struct sfs_token token;
	size_t at = 0;

	sfs_lexer_init(&lexer, dialect, sql, strlen(sql));
	while (sfs_lexer_next(&lexer, &token)) {
		assert_int_equal(token.offset, at);
		at += token.len;
		if (token.type != SFS_TOKEN_SPACE) {
			sfs_str_separate(out, " ");
			sfs_str_addf(out, "%c<%.*s>", letters[token.type], (int)token.len,
				sql + token.offset);
		}
	}
	assert_int_equal(at, strlen(sql));
}

static void
run(enum sfs_dialect dialect, const struct lexer_case *cases, size_t n)
{
	struct sfs_str out sfs_auto(str) = SFS_STR_INIT;

	for (size_t i = 0; i < n; i++) {
		show(dialect, cases[i].sql, &out);
		unit_expect(&out, cases[i].tokens);
	}
}

static void
test_postgres(void **state)
{
	static const struct lexer_case cases[] = {
		{ "", "" },
		{ "SELECT 1", "w<SELECT> n<1>" },
		{ "DEFAULT 'a--b'", "w<DEFAULT> t<'a--b'>" },
		{ "DEFAULT 'a/*b', c", "w<DEFAULT> t<'a/*b'> o<,> w<c>" },
		{ "a -- b 'c\nd", "w<a> c<-- b 'c> w<d>" },
		{ "a -- b\rd", "w<a> c<-- b> w<d>" },
		{ "a/*b/*c*/d*/e", "w<a> c</*b/*c*/d*/> w<e>" },
		{ "a/*b/*c*/d", "w<a> b</*b/*c*/d>" },
		{ "/**/a/*/*/*/b*/*/", "c</**/> w<a> b</*/*/*/b*/*/>" },
		{ "'it''s'", "t<'it''s'>" },
		{ "'a\\' b", "t<'a\\'> w<b>" },
		{ "E'a\\' b'", "t<E'a\\' b'>" },
		{ "e'a''\\\\' b", "t<e'a''\\\\'> w<b>" },
		{ "E'a\\", "b<E'a\\>" },
		{ "B'01' x'1F' N'n' U&'\\0041' u&\"q\"",
			"t<B'01'> t<x'1F'> t<N'n'> t<U&'\\0041'> q<u&\"q\">" },
		{ "x'1''2' b'0'\n'1'", "t<x'1'> t<'2'> t<b'0'\n'1'>" },
		{ "U & 'a'", "w<U> o<&> t<'a'>" },
		{ "ab'c'", "w<ab> t<'c'>" },
		{ "_'c'", "w<_> t<'c'>" },
		{ "'a'\n  'b' 'c'", "t<'a'\n  'b'> t<'c'>" },
		{ "'a' 'b'", "t<'a'> t<'b'>" },
		{ "'a' -- it's\n 'b'", "t<'a' -- it's\n 'b'>" },
		{ "'a' -- it's", "t<'a'> c<-- it's>" },
		{ "E'a'\n'b\\'c'", "t<E'a'\n'b\\'c'>" },
		{ "'a'\n;", "t<'a'> o<;>" },
		{ "\"a\"\"b\".\"c\"", "q<\"a\"\"b\"> o<.> q<\"c\">" },
		{ "\"a--b\"", "q<\"a--b\">" },
		{ "\"a", "b<\"a>" },
		{ "'a", "b<'a>" },
		{ "$$a'b$$", "t<$$a'b$$>" },
		{ "$f$ a $$ $g$ $f$;", "t<$f$ a $$ $g$ $f$> o<;>" },
		{ "$f$ a $F$", "b<$f$ a $F$>" },
		{ "$\xc3\xa9$x$\xc3\xa9$", "t<$\xc3\xa9$x$\xc3\xa9$>" },
		{ "$1+$23", "p<$1> o<+> p<$23>" },
		{ "$1$$a$$", "p<$1> t<$$a$$>" },
		{ "a$b$c", "w<a$b$c>" },
		{ "a $b", "w<a> o<$> w<b>" },
		{ "$ $", "o<$> o<$>" },
		{ "1 1.5 .5 1. 1e5 1.5E-3 1e 1e+",
			"n<1> n<1.5> n<.5> n<1.> n<1e5> n<1.5E-3> n<1> w<e> n<1> w<e> o<+>" },
		{ "1..10", "n<1> o<..> n<10>" },
		{ "0x1F 0b01 0o17 1_000 1_", "n<0x1F> n<0b01> n<0o17> n<1_000> n<1> w<_>" },
		{ "a.b.c[1:2]", "w<a> o<.> w<b> o<.> w<c> o<[> n<1> o<:> n<2> o<]>" },
		{ "a::text", "w<a> o<:> o<:> w<text>" },
		{ "f(a=>1,b:=2)", "w<f> o<(> w<a> o<=>> n<1> o<,> w<b> o<:> o<=> n<2> o<)>" },
		{ "a->>'b' #> c", "w<a> o<->>> t<'b'> o<#>> w<c>" },
		{ "a=-1", "w<a> o<=> o<-> n<1>" },
		{ "a@-1", "w<a> o<@-> n<1>" },
		{ "a*--c", "w<a> o<*> c<--c>" },
		{ "a+/*c*/b", "w<a> o<+> c</*c*/> w<b>" },
		{ "a<=-b ?| !~~* ||", "w<a> o<<=> o<-> w<b> o<?|> o<!~~*> o<||>" },
		{ "+-+", "o<+> o<-> o<+>" },
		{ "\xc3\xa9t\xc3\xa9 _x1", "w<\xc3\xa9t\xc3\xa9> w<_x1>" },
		{ "`a` {b}", "o<`> w<a> o<`> o<{> w<b> o<}>" },
		{ "\\restrict", "o<\\> w<restrict>" },
		{ "\xef\xbb\xbfSELECT", "w<SELECT>" },
	};

	run(SFS_POSTGRES, cases, UNIT_COUNT(cases));
}

static void
test_sqlite(void **state)
{
	static const struct lexer_case cases[] = {
		{ "SELECT 1;", "w<SELECT> n<1> o<;>" },
		{ "DEFAULT 'a--b'", "w<DEFAULT> t<'a--b'>" },
		{ "`a``b` [c]]d] \"e\"", "q<`a``b`> q<[c]> o<]> w<d> o<]> q<\"e\">" },
		{ "[a--'b]", "q<[a--'b]>" },
		{ "[a", "b<[a>" },
		{ "`a", "b<`a>" },
		{ "x'00''1' X'FF' xy'a'", "t<x'00'> t<'1'> t<X'FF'> w<xy> t<'a'>" },
		{ "e'a\\' b", "w<e> t<'a\\'> w<b>" },
		{ "'a'\n'b'", "t<'a'> t<'b'>" },
		{ "/* a /* b */ c", "c</* a /* b */> w<c>" },
		{ "/* a", "c</* a>" },
		{ "a /*", "w<a> o</> o<*>" },
		{ "/**/a", "c</**/> w<a>" },
		{ "?1 ? :a @b $c $d::e(f) #g", "p<?1> p<?> p<:a> p<@b> p<$c> p<$d::e(f)> p<#g>" },
		{ ": a", "o<:> w<a>" },
		{ "$d(a b)", "p<$d> o<(> w<a> w<b> o<)>" },
		{ "a->b ->> c || d << 1 >> 2 == 3 <> 4 != 5 <= 6 >= 7",
			"w<a> o<->> w<b> o<->>> w<c> o<||> w<d> o<<<> n<1> o<>>> n<2> o<==> n<3> "
			"o<<>> n<4> o<!=> n<5> o<<=> n<6> o<>=> n<7>" },
		{ "a-->b", "w<a> c<-->b>" },
		{ "a*-1+~b", "w<a> o<*> o<-> n<1> o<+> o<~> w<b>" },
		{ "0x1F 1e5 .5 1. 1.5e+3 1_000", "n<0x1F> n<1e5> n<.5> n<1.> n<1.5e+3> n<1_000>" },
		{ "$$a$$", "p<$$a$$>" },
		{ "a$b", "w<a$b>" },
		{ "a -- b\r\nc", "w<a> c<-- b\r> w<c>" },
		{ "t.[a b].`c`", "w<t> o<.> q<[a b]> o<.> q<`c`>" },
	};

	run(SFS_SQLITE, cases, UNIT_COUNT(cases));
}

/* Whatever the bytes: tokens are not empty, leave no gap, and nothing past the end is read. */
static void
test_random(void **state)
{
	static const char alphabet[] = "aeExXuU&'\"`[]$$--**//\\\n ;()0123._:?@#~+\xc3\xa9\xff";
	uint64_t seed = 42;

	for (unsigned round = 0; round < 40000; round++) {
		size_t len = unit_random(&seed) % 40;
		/* Of exactly this size, so that the sanitizer sees a read past it. */
		char *text sfs_auto(free) = sfs_alloc(len);
		struct sfs_lexer lexer;
		struct sfs_token token;
		size_t at = 0;

		for (size_t i = 0; i < len; i++) {
			text[i] = round % 4 ? alphabet[unit_random(&seed) % sizeof alphabet]
					    : (char)unit_random(&seed);
		}
		sfs_lexer_init(&lexer, round % 2 ? SFS_SQLITE : SFS_POSTGRES, text, len);
		while (sfs_lexer_next(&lexer, &token)) {
			assert_int_equal(token.offset, at);
			assert_true(token.len > 0);
			assert_true(token.len <= len - at);
			at += token.len;
		}
		assert_int_equal(at, len);
		assert_int_equal(token.type, SFS_TOKEN_END);
	}
}

static void
test_token_is(void **state)
{
	static const char sql[] = "Create \"create\" (";
	struct sfs_lexer lexer;
	struct sfs_token token;

	sfs_lexer_init(&lexer, SFS_POSTGRES, sql, strlen(sql));
	assert_true(sfs_lexer_word(&lexer, &token));
	assert_true(sfs_token_is(sql, &token, "CREATE"));
	assert_false(sfs_token_is(sql, &token, "CREAT"));
	assert_false(sfs_token_is(sql, &token, "CREATES"));
	assert_true(sfs_lexer_word(&lexer, &token));
	assert_false(sfs_token_is(sql, &token, "CREATE"));
	assert_false(sfs_token_is(sql, &token, "\"create\""));
	assert_true(sfs_lexer_word(&lexer, &token));
	assert_true(sfs_token_is(sql, &token, "("));
	assert_false(sfs_lexer_word(&lexer, &token));
	assert_int_equal(token.type, SFS_TOKEN_END);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_postgres),
		cmocka_unit_test(test_sqlite),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_token_is),
	};

	return cmocka_run_group_tests_name("lexer", tests, NULL, NULL);
}
