package tidings.core.access;

import org.jspecify.annotations.Nullable;

/**
 * Who published: the scope in which a {@code ref} or a {@code key} is unique. The name carries its
 * kind: {@code sub:…} for a token's subject, {@code token:…} for an API token, {@code source:…} for
 * a source's configured publisher, unless that is a subject.
 */
public record Publisher(String name) {

  public static Publisher subject(@Nullable String sub) {
    return new Publisher("sub:" + (sub == null ? "" : sub));
  }

  public static Publisher apiToken(String name) {
    return new Publisher("token:" + name);
  }

  public static Publisher source(String name) {
    return new Publisher("source:" + name);
  }
}
