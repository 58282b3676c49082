package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.store.Drafts;
import tidings.store.StoreUnusable;

final class StoreCheckTest {
  @TempDir Path folder;

  private final List<String> progress = new ArrayList<>();

  private Path file() {
    return folder.resolve("tidings.db");
  }

  private StoreCheck.Result check() {
    return StoreCheck.run(file(), progress::add);
  }

  private void closedWith(int entries) {
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      store.append(entries);
    }
  }

  private void execute(String statement) throws SQLException {
    try (Database database = Database.writer(file(), 1_000)) {
      database.execute(statement);
    }
  }

  @Test
  void aSoundDatabaseHasNoDamage() throws IOException {
    closedWith(100);
    byte[] before = Files.readAllBytes(file());

    assertThat(check()).isEqualTo(new StoreCheck.Result(100, List.of()));
    assertThat(progress).hasSizeGreaterThan(5).first().asString().startsWith("table log, 1 of ");
    assertThat(file()).hasBinaryContent(before);
    assertThat(folder.resolve("tidings.db.lock")).isEmptyFile();
  }

  @Test
  void whatAKilledHubLeftIsCheckedAsItStands() throws Exception {
    HoldingProcess.start(file()).destroyForcibly().waitFor();

    assertThat(check()).isEqualTo(new StoreCheck.Result(10, List.of()));
    assertThat(folder.resolve("tidings.db.lock")).isEmptyFile();
    closedWith(1);
    assertThat(check().notifications()).isEqualTo(11);
  }

  @Test
  void overwrittenPagesAreFoundAndTheNextStartLooksAgain() throws IOException {
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      for (int i = 0; i < 40; i++) {
        store.append(Drafts.withRaw("x", new byte[50_000]));
      }
    }
    try (RandomAccessFile damaged = new RandomAccessFile(file().toFile(), "rw")) {
      damaged.seek(damaged.length() / 2 / 4096 * 4096);
      damaged.write("nonsense ".repeat(2_000).getBytes(StandardCharsets.US_ASCII));
    }

    assertThat(check().damage()).isNotEmpty().allMatch(one -> one.startsWith("raw: "));
    assertThat(folder.resolve("tidings.db.lock")).isNotEmptyFile();
  }

  @Test
  void anEntryThatIsMissingAnywhereIsFound() throws SQLException {
    closedWith(1_500);
    execute("DELETE FROM log WHERE position = 7");

    assertThat(check().damage()).containsExactly("log: 1 positions are missing");
  }

  @Test
  void aDatabaseInUseIsLeftAlone() {
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      store.append(1);

      assertThatThrownBy(this::check)
          .isInstanceOf(StoreUnusable.class)
          .hasMessageContaining("in use by process");
    }
  }

  @Test
  void aDatabaseThatIsNotThereIsNotMade() {
    assertThatThrownBy(this::check)
        .isInstanceOf(StoreUnusable.class)
        .hasMessageContaining("there is no database " + file());
    assertThat(folder).isEmptyDirectory();
  }
}
