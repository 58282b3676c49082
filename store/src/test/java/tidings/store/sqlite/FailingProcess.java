package tidings.store.sqlite;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import tidings.store.Drafts;
import tidings.store.Outcome;

/**
 * Opens a store, appends ten entries, and then meets a real I/O error in a commit: the operating
 * system lets this process write no file past its present length any more.
 */
final class FailingProcess {
  private FailingProcess() {}

  static void main(String[] args) throws IOException, InterruptedException {
    PrintStream out = System.out;
    SqliteStore store = new SqliteStore(SqliteSettings.of(Path.of(args[0])));
    for (int i = 0; i < 10; i++) {
      store.append(Drafts.entry("a"));
    }
    String self = Long.toString(ProcessHandle.current().pid());
    new ProcessBuilder("prlimit", "--pid", self, "--fsize=300000:300000").start().waitFor();
    Outcome outcome = store.submit(Drafts.entry("x".repeat(500_000)));
    out.println("> " + outcome.refusal());
    out.println("> " + store.submit(Drafts.entry("b")).refusal());
    store.close();
    out.println("> " + store.fatal.size() + " fatal");
  }
}
