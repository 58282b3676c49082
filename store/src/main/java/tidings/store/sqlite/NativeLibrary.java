package tidings.store.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.sqlite.SQLiteJDBCLoader;

/**
 * Loads SQLite, which the driver unpacks into a temporary file. A copy that is in use needs no name
 * any more, so it is deleted at once: the driver would leave it to the end of the process, which a
 * kill -9 has none of. Thread-safe.
 */
final class NativeLibrary {
  /** The driver's property for where to unpack; the system's temporary folder by default. */
  private static final String FOLDER = "org.sqlite.tmpdir";

  private static boolean isLoaded;

  private NativeLibrary() {}

  static synchronized void load() throws SQLException {
    if (isLoaded) {
      return;
    }
    String parent = System.getProperty(FOLDER, System.getProperty("java.io.tmpdir"));
    try {
      Path folder = Files.createTempDirectory(Path.of(parent), "tidings-");
      System.setProperty(FOLDER, folder.toString());
      try {
        SQLiteJDBCLoader.initialize();
      } finally {
        System.setProperty(FOLDER, parent);
        delete(folder);
      }
    } catch (Exception e) { // the driver says no more
      throw new SQLException("SQLite can't be unpacked into " + parent + " and loaded: " + e, e);
    }
    isLoaded = true;
  }

  private static void delete(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
    Files.delete(folder);
  }
}
