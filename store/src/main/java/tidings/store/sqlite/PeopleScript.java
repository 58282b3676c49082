package tidings.store.sqlite;

import java.util.List;
import tidings.core.inbox.Sorts;

/**
 * The third script: what inboxes need beside the log. Rebuilds {@code address} with what lists and
 * counts need of an entry, and replays the keys of the log that there is.
 */
final class PeopleScript {
  private static final String NOTIFICATIONS = "FROM log WHERE kind = 0";

  static final List<String> STATEMENTS =
      List.of(
          """
          CREATE TABLE sort (
            number INTEGER PRIMARY KEY,
            type TEXT NOT NULL,
            source TEXT NOT NULL,
            level INTEGER NOT NULL,
            UNIQUE (type, source, level)
          ) STRICT
          """,
          """
          INSERT INTO sort
          SELECT row_number() OVER (ORDER BY min(position)), coalesce(type, '') AS type,
            coalesce(source, '') AS source, level
          %s GROUP BY 2, 3, 4 ORDER BY 1 LIMIT %d
          """
              .formatted(NOTIFICATIONS, Sorts.MAX),
          "CREATE TEMP TABLE withdrawn AS SELECT id, position FROM log WHERE kind = 2",
          "CREATE INDEX temp.withdrawn_id ON withdrawn (id)",
          "ALTER TABLE address RENAME TO narrow",
          """
          CREATE TABLE address (
            address TEXT NOT NULL,
            position INTEGER NOT NULL,
            sort INTEGER NOT NULL,
            expires INTEGER,
            replaces INTEGER,
            first INTEGER,
            PRIMARY KEY (address, position)
          ) STRICT, WITHOUT ROWID
          """,
          """
          INSERT INTO address (address, position, sort, expires, replaces)
          SELECT address, position,
            CASE kind WHEN 1 THEN %d ELSE coalesce((SELECT number FROM sort
              WHERE type = coalesce(log.type, '') AND source = coalesce(log.source, '')
                AND level = log.level), %d) END,
            expires,
            CASE kind WHEN 1 THEN (SELECT position FROM withdrawn WHERE id = log.id) END
          FROM narrow CROSS JOIN log USING (position) ORDER BY address, position
          """
              .formatted(Sorts.WITHDRAWAL, Sorts.UNKNOWN),
          "DROP TABLE narrow",
          "DROP TABLE withdrawn",
          """
          CREATE TABLE latest (
            publisher TEXT NOT NULL,
            key TEXT NOT NULL,
            address TEXT NOT NULL,
            position INTEGER NOT NULL,
            first INTEGER NOT NULL,
            PRIMARY KEY (address, publisher, key)
          ) STRICT, WITHOUT ROWID
          """,
          "CREATE INDEX latest_position ON latest (position)",
          // Addresses are joined by single spaces.
          """
          CREATE TEMP TABLE keyed AS
          WITH RECURSIVE one (publisher, key, position, time, address, rest) AS (
            SELECT publisher, key, position, time, NULL, addresses || ' '
            %s AND key IS NOT NULL
            UNION ALL
            SELECT publisher, key, position, time, substr(rest, 1, instr(rest, ' ') - 1),
              substr(rest, instr(rest, ' ') + 1)
            FROM one WHERE rest <> '')
          SELECT publisher, key, position, address,
            lag(position) OVER row AS replaces,
            lead(position) OVER row AS replaced_by,
            first_value(time) OVER row AS first
          FROM one WHERE address IS NOT NULL
          WINDOW row AS (PARTITION BY publisher, key, address ORDER BY position)
          """
              .formatted(NOTIFICATIONS),
          """
          UPDATE address SET sort = iif(replaced_by IS NULL, sort, %d), replaces = keyed.replaces,
            first = iif(keyed.replaces IS NULL, NULL, keyed.first)
          FROM keyed WHERE keyed.address = address.address AND keyed.position = address.position
          """
              .formatted(Sorts.REPLACED),
          """
          INSERT INTO latest (publisher, key, address, position, first)
          SELECT publisher, key, address, position, first FROM keyed
          WHERE replaced_by IS NULL
          """,
          "DROP TABLE keyed",
          "CREATE TABLE topic (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
          """
          INSERT INTO topic SELECT DISTINCT substr(address, 7) FROM address
          WHERE address >= 'topic:' AND address < 'topic;'
          """,
          """
          CREATE TABLE person (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            user TEXT NOT NULL UNIQUE,
            begin INTEGER NOT NULL,
            rev INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            read INTEGER NOT NULL,
            read_rev INTEGER NOT NULL,
            archived INTEGER NOT NULL,
            archived_rev INTEGER NOT NULL,
            preferences TEXT,
            preferences_rev INTEGER NOT NULL
          ) STRICT
          """,
          """
          CREATE TABLE touched (
            person INTEGER NOT NULL,
            position INTEGER NOT NULL,
            read INTEGER,
            archived INTEGER,
            PRIMARY KEY (person, position)
          ) STRICT, WITHOUT ROWID
          """,
          "CREATE INDEX touched_unread ON touched (person, position, read) WHERE read < 0",
          """
          CREATE INDEX touched_archived ON touched (person, position, archived)
          WHERE archived > 0
          """,
          """
          CREATE INDEX touched_taken_out ON touched (person, position, archived)
          WHERE archived < 0
          """,
          """
          CREATE TABLE erasure (user TEXT PRIMARY KEY, up_to INTEGER NOT NULL)
          STRICT, WITHOUT ROWID
          """,
          """
          CREATE VIRTUAL TABLE search USING fts5(title, body, who, content='',
            contentless_delete=1, tokenize='unicode61 remove_diacritics 2')
          """,
          "ALTER TABLE state ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0",
          "CREATE INDEX log_only_active ON log (id) WHERE kind = 3");

  private PeopleScript() {}
}
