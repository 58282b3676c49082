package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;

/** What is remembered of credentials. For the store writer alone. */
final class Credentials {
  private final PreparedStatement keep;
  private final PreparedStatement forget;

  Credentials(Database database) throws SQLException {
    keep =
        database.prepare("INSERT OR REPLACE INTO credential (kind, id, content) VALUES (?, ?, ?)");
    forget = database.prepare("DELETE FROM credential WHERE kind = ? AND id = ?");
  }

  void keep(Kept kept) throws SQLException {
    keep.setString(1, kept.kind().name());
    keep.setString(2, kept.id());
    keep.setString(3, kept.content());
    keep.executeUpdate();
  }

  void forget(Kind kind, String id) throws SQLException {
    forget.setString(1, kind.name());
    forget.setString(2, id);
    forget.executeUpdate();
  }
}
