package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.access.CredentialStore;
import tidings.store.Drafts;
import tidings.store.Retention;
import tidings.store.StoreUnusable;

/** What a start makes sure of before anything is promised. */
final class StartUpTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("tidings.db");
  }

  private SqliteStore open() {
    return new SqliteStore(SqliteStore.in(folder));
  }

  private void assertRefused(String... reasons) {
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreUnusable.class)
        .hasMessageContainingAll("tidings.db")
        .hasMessageContainingAll(reasons);
  }

  private void closedWith(int entries) {
    try (SqliteStore store = open()) {
      store.append(entries);
    }
  }

  private void execute(String... statements) throws SQLException {
    try (Database database = Database.writer(file(), 1_000)) {
      for (String statement : statements) {
        database.execute(statement);
      }
    }
  }

  @Test
  void aSecondOpenerInThisProcessIsRefusedAndHarmsNothing() {
    try (SqliteStore store = open()) {
      assertRefused("in use by process " + ProcessHandle.current().pid());
      store.append(1);
      assertRefused("in use");
    }
    closedWith(1);
  }

  @Test
  void aSecondProcessIsRefusedByName() throws IOException, InterruptedException {
    Process other = HoldingProcess.start(file());
    try {
      assertRefused("in use by process " + other.pid());
    } finally {
      other.destroyForcibly().waitFor();
    }
    try (SqliteStore store = open()) {
      assertThat(store.read().entries()).hasSize(10);
      assertThat(store.log.epochs().all()).hasSize(2);
    }
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() throws IOException {
    Files.writeString(file(), "Dear diary, ".repeat(1_000));

    assertRefused("no SQLite database", "backup");
    assertThat(Files.readString(file())).startsWith("Dear diary, ");
  }

  @Test
  void aFileThatIsCutOffIsRefused() throws IOException {
    closedWith(300);
    try (RandomAccessFile cut = new RandomAccessFile(file().toFile(), "rw")) {
      cut.setLength(cut.length() / 2);
    }

    assertRefused("cut off", "backup");
  }

  @Test
  void aHoleInTheNewestPositionsIsRefused() throws SQLException {
    closedWith(20);
    execute("DELETE FROM log WHERE position = 7");

    assertRefused("1 of the newest positions", "backup");
  }

  @Test
  void aLogThatEndsBeforeItsLastEpochIsRefused() throws SQLException {
    closedWith(20);
    closedWith(0);
    execute("DELETE FROM log WHERE position > 15");

    assertRefused("5 of the newest positions", "backup");
  }

  @Test
  void anotherProgramsDatabaseIsRefused() throws SQLException {
    execute("CREATE TABLE recipes (name)");

    assertRefused("another program");
  }

  @Test
  void anotherProgramsDatabaseIsLeftAsItIs() throws SQLException, IOException {
    NativeLibrary.load(); // the driver by itself would leave a copy
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = other.createStatement()) {
      statement.execute("CREATE TABLE recipes (name)");
    }
    byte[] before = Files.readAllBytes(file());

    assertRefused("another program");
    assertThat(file()).hasBinaryContent(before);
  }

  @Test
  void aStartThatDiedBeforeItsFirstTableIsGoneOnWith() throws SQLException {
    execute("PRAGMA user_version = 0");

    closedWith(1);
  }

  @Test
  void anOlderSchemaIsBroughtUpToDate() throws SQLException {
    try (Database database = Database.writer(file(), 1_000)) {
      Schema.migrate(database, file(), 1);
    }

    closedWith(1);
    try (SqliteStore store = open()) {
      assertThat(store.log.kept(CredentialStore.Kind.API_TOKEN)).isEmpty();
      assertThat(store.log.end()).isEqualTo(1);
    }
  }

  @Test
  void aNewerSchemaIsRefused() throws SQLException {
    closedWith(1);
    execute("PRAGMA user_version = 99");

    assertRefused("schema 99", "newer Tidings");
  }

  @Test
  void anythingLessThanSynchronousFullIsRefused() throws SQLException {
    SqliteSettings settings = SqliteStore.in(folder);
    try (Database database = Database.writer(file(), 1_000)) {
      StartUp.check(database, settings);
      database.execute("PRAGMA synchronous = NORMAL");

      assertThatThrownBy(() -> StartUp.check(database, settings))
          .isInstanceOf(StoreUnusable.class)
          .hasMessageContaining("synchronous is 1 here (expected 2)");
    }
  }

  @Test
  void aMissingFolderIsRefused() {
    assertThatThrownBy(() -> new SqliteStore(SqliteStore.in(folder.resolve("a"))))
        .isInstanceOf(StoreUnusable.class)
        .hasMessageContaining(folder.resolve("a").toString());
  }

  @Test
  void aRefusedStartLeavesTheDatabaseFree() throws SQLException {
    closedWith(1);
    execute("PRAGMA user_version = 99");
    assertRefused("schema 99");
    execute("PRAGMA user_version = 5");

    closedWith(1);
  }

  @Test
  void afterAnUncleanStopDamageIsFoundBesideTheWriter() throws IOException {
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder).retention(Retention.DEFAULT))) {
      for (int i = 0; i < 40; i++) {
        store.append(Drafts.withRaw("x", new byte[50_000]));
      }
      store.append(1_200);
    }
    try (RandomAccessFile damaged = new RandomAccessFile(file().toFile(), "rw")) {
      damaged.seek(damaged.length() / 4 / 4096 * 4096);
      damaged.write("nonsense ".repeat(2_000).getBytes(StandardCharsets.US_ASCII));
    }
    Files.writeString(folder.resolve("tidings.db.lock"), "12345");

    try (SqliteStore store = open()) {
      await().atMost(Duration.ofSeconds(30)).until(() -> store.log.trouble() != null);
    }
    try (SqliteStore again = open()) { // an orderly stop has mended nothing
      await().atMost(Duration.ofSeconds(30)).until(() -> again.log.trouble() != null);
    }
  }

  @Test
  void afterAnOrderlyStopThereIsOneFileAndAnEmptyLock() throws IOException {
    closedWith(3);

    assertThat(folder.resolve("tidings.db.lock")).isEmptyFile();
    assertThat(folder.resolve("tidings.db-wal")).doesNotExist();
  }
}
