package tidings.store.sqlite;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.inbox.Change;
import tidings.core.inbox.Mark;
import tidings.core.inbox.Person;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Sorts;

/** However many exceptions a person has, none is looked at in vain. */
final class TouchedTest {
  private static final long MARK = 1_000_000;
  private static final int MARK_REV = 50;

  @TempDir Path folder;
  private Database database;
  private TouchedTable touched;
  private final AtomicInteger looks = new AtomicInteger(); // at some ten rows each

  @BeforeEach
  void open() throws SQLException {
    Path file = folder.resolve("tidings.db");
    database = Database.writer(file, 1_000);
    Schema.migrate(database, file);
    database.execute(
        "INSERT INTO person VALUES (1, 'alice', 0, 90, 0, %1$d, %2$d, %1$d, %2$d, NULL, 0)"
            .formatted(MARK, MARK_REV));
    touched = new TouchedTable(database);
  }

  @AfterEach
  void close() throws SQLException {
    database.close();
  }

  private Person alice() throws SQLException {
    return requireNonNull(new People(database).find("alice"));
  }

  /** Marks 20,000 entries after a position. */
  private void mark(long after, String read, String archived) throws SQLException {
    database.execute(
        ("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)"
                + " INSERT INTO touched SELECT 1, %d + i, %s, %s FROM n")
            .formatted(after, read, archived));
    database.endWhen(() -> {
      looks.incrementAndGet();
      return false;
    });
  }

  private TouchedTable.Found found(Mark.Kind kind, long upTo) throws SQLException {
    return touched.find(alice(), new Change.MarkAll(kind, upTo), 1);
  }

  @Test
  void aRepeatedMarkLooksAtNothingThatItCovers() throws SQLException {
    mark(0, "-40", "-40");

    assertThat(found(Mark.Kind.READ, MARK)).isEqualTo(TouchedTable.Found.NONE);
    assertThat(found(Mark.Kind.ARCHIVED, MARK)).isEqualTo(TouchedTable.Found.NONE);
    Change.DropBelow lower = requireNonNull(found(Mark.Kind.READ, MARK / 2).rest());
    assertThat(touched.drop(alice(), lower, 1)).isEqualTo(TouchedTable.Found.NONE);
    assertThat(looks).hasValueLessThan(3);
  }

  @Test
  void aMarkAndEachOfItsStepsLookAtSome() throws SQLException {
    mark(MARK, "-60", "-60");

    Change.DropBelow rest = requireNonNull(found(Mark.Kind.READ, MARK).rest());
    assertThat(looks).hasValueLessThan(20);
    assertThat(rest.before()).isEqualTo(MARK + 20_001 - TouchedTable.FIRST);
    rest = requireNonNull(touched.drop(alice(), rest, 1).rest());
    assertThat(rest.before()).isEqualTo(MARK + 20_001 - TouchedTable.FIRST - TouchedTable.STEP);
    assertThat(looks).hasValueLessThan(100);
  }

  @Test
  void exceptionsOfAKindAreFoundAmongManyOthers() throws SQLException {
    mark(0, "60", "NULL");
    database.execute("INSERT INTO touched VALUES (1, 30000, -60, 60)");
    SqliteSnapshot snapshot = new SqliteSnapshot(database, new Sorts());

    for (Snapshot.Flag flag : Snapshot.Flag.values()) {
      assertThat(snapshot.touched(1, flag, 0, MARK, 100)).hasSize(1);
    }
    assertThat(looks).hasValueLessThan(3);
  }
}
