package tidings.core.access;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;

/**
 * Someone whose credentials were accepted, or an anonymous reader of the public topics.
 *
 * @param user the user's id, null for anonymous callers and machines without one
 * @param publisher the scope of the caller's {@code ref}s and {@code key}s
 * @param grant what it may do; {@link #of} adds what every user may read
 * @param expires when the credentials end, null if they do not
 * @param credential which credentials these are, so that they can be revoked; null for none
 */
public record Caller(
    @Nullable String user,
    Publisher publisher,
    Grant grant,
    @Nullable Instant expires,
    @Nullable Credential credential) {

  /** Whether nobody knows who this is. */
  public boolean isAnonymous() {
    return user == null && credential == null;
  }

  /**
   * A caller who may, beside the grant, read what is for everyone and for this user. These come
   * first, then the grant's in its order, each once.
   */
  public static Caller of(
      @Nullable String user,
      Publisher publisher,
      Grant grant,
      @Nullable Instant expires,
      @Nullable Credential credential) {
    Set<AddressPattern> read = new LinkedHashSet<>();
    if (user != null) {
      read.add(new AddressPattern.One(Address.EVERYONE));
      read.add(new AddressPattern.One(Address.user(user)));
    }
    read.addAll(grant.subscribe());
    Grant widened =
        new Grant(
            grant.publish(), List.copyOf(read), grant.presence(), grant.raw(), grant.operate());
    return new Caller(user, publisher, widened, expires, credential);
  }
}
