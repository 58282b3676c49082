package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;
import tidings.core.problem.Problem;

/**
 * Remembers something of a credential, or forgets it.
 *
 * @param content null to forget it
 * @param future completed on the store writer's thread
 */
record CredentialCommand(
    Kind kind, String id, @Nullable String content, CompletableFuture<Void> future)
    implements Command {

  @Override
  public int entries() {
    return 1;
  }

  @Override
  public long bytes() {
    return 0L + id.length() + (content == null ? 0 : content.length());
  }

  @Override
  public void write(Transaction transaction) throws SQLException {
    if (content == null) {
      transaction.credentials().forget(kind, id);
    } else {
      transaction.credentials().keep(new Kept(kind, id, content));
    }
  }

  @Override
  public void done() {
    future.complete(null);
  }

  @Override
  public void refused(Problem problem) {
    future.completeExceptionally(problem.refusal());
  }
}
