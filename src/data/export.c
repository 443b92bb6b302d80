// SPDX-License-Identifier: MIT
/* The rows of a database as the CSV files of a tree. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "data/csv.h"
#include "data/data.h"

/* Text that is gathered before it is written. */
enum { CHUNK = 1 << 16 };

/* A file that is being written beside the one it may replace. */
struct sink {
	struct sfs_shape shape;
	SFS_VEC(size_t) columns;
	struct sfs_str text;
	char *path, *temporary; /* owned */
	const char *shown;
	int fd, old; /* of both; -1: not open */
	bool same;   /* what was written so far is what the old file begins with */
};

static void
sink_finish(struct sink *sink)
{
	if (sink->temporary) {
		(void)unlink(sink->temporary);
	}
	sfs_auto_fd(&sink->fd);
	sfs_auto_fd(&sink->old);
	sfs_shape_finish(&sink->shape);
	sfs_vec_finish(&sink->columns);
	sfs_str_finish(&sink->text);
	free(sink->temporary);
	free(sink->path);
}
SFS_DEFINE_AUTO_VALUE(sink, struct sink, sink_finish)

static int
fail(const struct sink *sink, const char *what, struct sfs_error *err)
{
	int errnum = errno;

	return sfs_error_set(err, errnum, "cannot %s %s: %s", what, sink->shown, strerror(errnum));
}

/* Whether the old file goes on with these bytes. */
static bool
goes_on_with(int fd, const char *text, size_t len)
{
	char chunk[16384];

	while (len) {
		ssize_t n = read(fd, chunk, len < sizeof chunk ? len : sizeof chunk);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0 || memcmp(chunk, text, (size_t)n) != 0) {
			return false;
		}
		text += n;
		len -= (size_t)n;
	}
	return true;
}

static int
flush(struct sink *sink, struct sfs_error *err)
{
	const char *text = sfs_str_text(&sink->text);

	sink->same = sink->same && goes_on_with(sink->old, text, sink->text.len);
	for (size_t at = 0; at < sink->text.len;) {
		ssize_t n = write(sink->fd, text + at, sink->text.len - at);

		if (n < 0 && errno != EINTR) {
			return fail(sink, "write", err);
		}
		at += n > 0 ? (size_t)n : 0;
	}
	sfs_str_truncate(&sink->text, 0);
	return 0;
}

static int
take(void *data, const char *const *fields, struct sfs_error *err)
{
	struct sink *sink = data;

	sfs_csv_add(&sink->text, fields, sink->columns.len);
	return sink->text.len < CHUNK ? 0 : flush(sink, err);
}

static void
write_head(struct sink *sink)
{
	const char **names sfs_auto(free) =
		sfs_alloc((sink->shape.columns.len + 1) * sizeof *names);

	for (size_t i = 0; i < sink->shape.columns.len; i++) {
		if (!sink->shape.columns.items[i].computed) {
			names[sink->columns.len] = sink->shape.columns.items[i].name;
			sfs_vec_push(&sink->columns, i);
		}
	}
	sfs_csv_add(&sink->text, names, sink->columns.len);
}

static int
open_files(struct sink *sink, struct sfs_error *err)
{
	char *slash = strrchr(sink->path, '/');

	*slash = '\0';
	int r = sfs_file_mkdirs(sink->path, 0777, err);
	*slash = '/';
	if (r < 0) {
		return r;
	}
	/* Hidden, as what is made of it may be left behind by a crash. */
	sink->temporary = sfs_asprintf("%.*s.%s.%d.tmp", (int)(slash + 1 - sink->path), sink->path,
		slash + 1, (int)getpid());
	sink->fd =
		open(sink->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (sink->fd < 0) {
		return fail(sink, "write", err);
	}
	sink->old = open(sink->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	sink->same = sink->old >= 0 && fstat(sink->old, &st) == 0 && S_ISREG(st.st_mode);
	return 0;
}

static int
export_table(const struct sfs_data_table *table, struct sfs_db *db,
	const struct sfs_catalog *catalog, const char *directory, struct sfs_data_written *written,
	struct sfs_error *err)
{
	struct sink sink sfs_auto(sink) = { .fd = -1, .old = -1, .shown = table->path };
	int r = sfs_shape_read(catalog, table->namespace, table->name, &sink.shape, err);
	char end;

	if (r < 0) {
		return r;
	}
	sink.path = sfs_file_join(directory, table->path);
	write_head(&sink);
	r = open_files(&sink, err);
	if (r == 0) {
		r = db->driver->rows->read(db,
			&(struct sfs_rows_query){
				&sink.shape, sink.columns.items, sink.columns.len },
			take, &sink, err);
	}
	if (r == 0) {
		r = flush(&sink, err);
	}
	if (r < 0) {
		return r;
	}
	if (sink.same && read(sink.old, &end, 1) == 0) {
		written->unchanged++;
		return 0;
	}
	if (rename(sink.temporary, sink.path) < 0) {
		return fail(&sink, "write", err);
	}
	free(sfs_steal(sink.temporary));
	written->written++;
	return 0;
}

/* The table is gone: so are its rows. */
static int
remove_file(const struct sfs_data_table *table, const char *directory,
	struct sfs_data_written *written, struct sfs_error *err)
{
	char *path sfs_auto(free) = sfs_file_join(directory, table->path);

	if (unlink(path) == 0) {
		written->removed++;
	} else if (errno != ENOENT && errno != ENOTDIR) {
		return sfs_error_set(
			err, errno, "cannot remove %s: %s", table->path, strerror(errno));
	}
	return 0;
}

int
sfs_data_export(const struct sfs_project *project, struct sfs_db *db,
	const struct sfs_catalog *catalog, const char *directory,
	struct sfs_data_written *ret_written, struct sfs_error *err)
{
	struct sfs_data_written written = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < project->reference.len; i++) {
		const struct sfs_reference *reference = &project->reference.items[i];
		const char *namespace = sfs_data_namespace(reference, db->driver);
		struct sfs_str path sfs_auto(str) = SFS_STR_INIT;

		sfs_data_path(namespace, reference->name, &path);
		struct sfs_data_table table = {
			.namespace = namespace, .name = reference->name, .path = sfs_str_text(&path)
		};
		if (sfs_catalog_relation(catalog, namespace, reference->name)) {
			r = export_table(&table, db, catalog, directory, &written, err);
		} else {
			r = remove_file(&table, directory, &written, err);
		}
	}
	if (r == 0) {
		*ret_written = written;
	}
	return r;
}
