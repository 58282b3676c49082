package tidings.store.sqlite;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import tidings.core.log.Append;
import tidings.core.log.NewEntry;
import tidings.core.problem.Problem;
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
    new ProcessBuilder("prlimit", "--pid", self, "--fsize=1000000:1000000").start().waitFor();
    List<Outcome> group = group(store);
    for (Outcome outcome : group) {
      out.println("> " + outcome.refusal());
    }
    out.println("> " + store.submit(Drafts.entry("b")).refusal());
    store.close();
    out.println("> " + store.fatal.size() + " fatal");
  }

  /** One that is too large, and two withdrawals of one notification, in one transaction. */
  private static List<Outcome> group(SqliteStore store) throws InterruptedException {
    NewEntry first = Drafts.entry("withdrawn");
    List<Outcome> group = new ArrayList<>();
    CountDownLatch queued = new CountDownLatch(1);
    store.log.append(
        new Append(
            List.of(first),
            new Append.Outcome() {
              @Override
              public void stored(List<Append.Receipt> receipts) {
                // On the writer's thread, which takes all of these at once afterwards.
                group.add(store.submit(Drafts.entry("x".repeat(1_500_000))));
                for (int i = 0; i < 2; i++) {
                  Outcome outcome = new Outcome();
                  store.log.withdraw(first.id(), Drafts.ALICE, outcome);
                  group.add(outcome);
                }
                queued.countDown();
              }

              @Override
              public void refused(Problem problem) {
                queued.countDown(); // so that the process ends, and says too little
              }
            }));
    queued.await();
    return group;
  }
}
