// SPDX-License-Identifier: MIT
/*
 * Waiting for answers, never without an end: a server that has died, stopped or fallen silent is told
 * from one that works long, a statement is given up when the patience for it runs out, and another
 * thread can interrupt.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "drivers/postgres/connection.h"

enum {
	TICK_MS = 50,      /* how soon an interruption is noticed */
	SILENCE_MS = 4000, /* after that it is asked whether the server is there; then twice that */
	CANCEL_MS = 3000,  /* how long a server may take to cancel */
	HASTE_MS = 500,    /* the same, when somebody who lost patience waits */
	PING_S = 3,
};

/* A cancellation under way; it waits for the server, so that it has a thread of its own. */
struct cancellation {
	PGcancel *request; /* owned */
	int refs;          /* atomic: the thread and who waits */
	int done;          /* atomic */
};

struct watch {
	int64_t began, heard;
	int64_t silence;                   /* the next question comes after so long */
	int64_t given_up;                  /* when cancelling began; 0: it did not */
	struct cancellation *cancellation; /* counted */
};

/* ---- cancelling ---- */

static void
unref(struct cancellation *cancellation)
{
	if (cancellation && __atomic_sub_fetch(&cancellation->refs, 1, __ATOMIC_ACQ_REL) == 0) {
		PQfreeCancel(cancellation->request);
		free(cancellation);
	}
}

static void *
run_cancellation(void *data)
{
	struct cancellation *cancellation = data;
	char message[256];

	(void)PQcancel(cancellation->request, message, sizeof message);
	__atomic_store_n(&cancellation->done, 1, __ATOMIC_RELEASE);
	unref(cancellation);
	return NULL;
}

static void
begin_cancelling(struct pg_db *db, struct watch *watch, int reason)
{
	struct cancellation *cancellation = sfs_alloc(sizeof *cancellation);
	pthread_attr_t attributes;
	pthread_t thread;

	watch->given_up = sfs_clock_ms();
	watch->cancellation = cancellation;
	db->gave_up = reason;
	cancellation->request = PQgetCancel(db->conn);
	cancellation->refs = 2;
	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (!cancellation->request ||
		pthread_create(&thread, &attributes, run_cancellation, cancellation) != 0) {
		cancellation->done = 1;
		unref(cancellation);
	}
	(void)pthread_attr_destroy(&attributes);
}

/* From here on every call on this connection fails at once. */
static void
abandon(struct pg_db *db, int reason)
{
	db->gave_up = db->gave_up ? db->gave_up : reason;
	(void)shutdown(PQsocket(db->conn), SHUT_RDWR);
}

/* The request goes on without us: what was given up ends all the same. */
static bool
took_too_long(const struct pg_db *db, const struct watch *watch)
{
	return sfs_clock_ms() - watch->given_up >= (db->gave_up == EINTR ? HASTE_MS : CANCEL_MS);
}

/* A request to cancel that arrives late would hit the statement that comes next. */
static void
end_cancelling(struct pg_db *db, struct watch *watch)
{
	struct cancellation *cancellation = watch->cancellation;

	while (!__atomic_load_n(&cancellation->done, __ATOMIC_ACQUIRE)) {
		if (took_too_long(db, watch)) {
			abandon(db, EINTR);
			break;
		}
		(void)poll(NULL, 0, 1);
	}
	unref(cancellation);
}

/* ---- is it there? ---- */

/* Any answer will do; a pooler or a full server answers too. */
static bool
is_there(const struct pg_db *db)
{
	sfs_auto(free) char *timeout = sfs_asprintf("%d", PING_S);
	const char *keywords[] = { "dbname", "connect_timeout", NULL };
	const char *values[] = { db->target, timeout, NULL };

	return PQpingParams(keywords, values, 1) != PQPING_NO_RESPONSE;
}

static void
look(struct pg_db *db, struct watch *watch)
{
	int64_t time = sfs_clock_ms();
	struct sfs_db *root = pg_root(db);

	if (watch->given_up) {
		if (took_too_long(db, watch)) {
			abandon(db, db->gave_up);
		}
		return;
	}
	if (!db->sheltered && pg_interrupted(db)) {
		begin_cancelling(db, watch, EINTR);
		return;
	}
	/* What nobody waits for may take its time. */
	if (root->patience_ms && db->pace != SFS_PACE_ONLINE &&
		time - watch->began >= root->patience_ms) {
		begin_cancelling(db, watch, ETIMEDOUT);
		return;
	}
	if (time - watch->heard >= watch->silence) {
		if (is_there(db)) {
			watch->heard = sfs_clock_ms();
			watch->silence *= 2;
		} else {
			abandon(db, ETIMEDOUT);
		}
	}
}

/* Returns when libpq can give the next result without waiting, or when the connection failed. */
static void
wait(struct pg_db *db, struct watch *watch)
{
	for (;;) {
		int unsent = PQflush(db->conn);

		if (unsent < 0 || !PQisBusy(db->conn)) {
			return;
		}
		struct pollfd fd = { .fd = PQsocket(db->conn),
			.events = (short)(POLLIN | (unsent ? POLLOUT : 0)) };
		int ready = poll(&fd, 1, TICK_MS);

		if (ready > 0 && fd.revents & ~POLLOUT) {
			watch->heard = sfs_clock_ms();
			if (!PQconsumeInput(db->conn)) {
				return;
			}
		} else if (ready == 0) {
			look(db, watch);
		}
	}
}

bool
pg_interrupted(struct pg_db *db)
{
	struct sfs_db *root = pg_root(db);

	return __atomic_exchange_n(&root->interrupted, 0, __ATOMIC_ACQ_REL) != 0;
}

PGresult *
pg_result(struct pg_db *db)
{
	struct watch watch = { .silence = SILENCE_MS };

	watch.began = watch.heard = sfs_clock_ms();
	if (PQstatus(db->conn) == CONNECTION_OK) {
		wait(db, &watch);
		if (watch.cancellation) {
			end_cancelling(db, &watch);
		}
	}
	return PQgetResult(db->conn);
}

void
pg_forgive(struct pg_db *db)
{
	if (PQstatus(db->conn) == CONNECTION_OK) {
		db->gave_up = 0;
	}
}

static bool
copies(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

PGresult *
pg_last_result(struct pg_db *db)
{
	PGresult *last = NULL;

	for (PGresult *result = pg_result(db); result; result = pg_result(db)) {
		PQclear(last);
		last = result;
		if (copies(result) || PQstatus(db->conn) == CONNECTION_BAD) {
			break;
		}
	}
	return last;
}

PGresult *
pg_send(struct pg_db *db, const char *sql)
{
	pg_forgive(db);
	db->base.statements++;
	return PQsendQuery(db->conn, sql) ? pg_last_result(db) : NULL;
}
