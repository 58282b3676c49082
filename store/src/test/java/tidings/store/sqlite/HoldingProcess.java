package tidings.store.sqlite;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import tidings.store.Drafts;

/** Opens a store, appends ten entries, says so, and stays until it is killed. */
final class HoldingProcess {
  private HoldingProcess() {}

  /** Starts one; it is open when this returns. */
  static Process start(Path file) throws IOException {
    Process process = Children.start(HoldingProcess.class, file.toString());
    BufferedReader said = process.inputReader();
    if (!"open".equals(said.readLine())) {
      throw new AssertionError("not open");
    }
    return process;
  }

  static void main(String[] args) throws IOException {
    SqliteStore store = new SqliteStore(SqliteSettings.of(Path.of(args[0])));
    for (int i = 0; i < 10; i++) {
      store.append(Drafts.entry("a"));
    }
    System.out.println("open");
    if (System.in.read() < 0) {
      store.close();
    }
  }
}
