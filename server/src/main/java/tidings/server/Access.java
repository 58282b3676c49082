package tidings.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import tidings.auth.AccessSettings;
import tidings.auth.HubAuthenticator;
import tidings.auth.JwtAuthenticator;
import tidings.auth.KeptApiTokens;
import tidings.auth.KeptRevocations;
import tidings.auth.KeptSessions;
import tidings.auth.KeyRing;
import tidings.auth.KeySet;
import tidings.auth.LiveTickets;
import tidings.auth.TokenKey;
import tidings.core.access.CredentialStore;
import tidings.http.api.Readiness;
import tidings.http.api.Routes;
import tidings.http.exchange.Origins;
import tidings.http.exchange.SessionCookie;
import tidings.server.cli.Failure;
import tidings.server.config.AccessKey;
import tidings.server.config.AccessKeySet;
import tidings.server.config.HubConfig;
import tidings.server.config.SessionConfig;

/** Makes of a configuration who may come, and reports how the keys are. */
final class Access {

  private Access() {}

  /**
   * @throws Failure if a file can't be read or holds no key
   */
  static AccessSettings settings(HubConfig config, RandomGenerator random) throws Failure {
    List<TokenKey> keys = new ArrayList<>();
    for (AccessKey key : config.access().keys()) {
      try {
        keys.add(key(key));
      } catch (IOException | IllegalArgumentException e) {
        throw new Failure("access.keys: %s: %s".formatted(key.id(), e.getMessage()), e);
      }
    }
    List<KeySet> sets = new ArrayList<>();
    for (AccessKeySet set : config.access().keySets()) {
      try {
        sets.add(set(set, random));
      } catch (IOException e) {
        throw new Failure("access.key-sets: %s: %s".formatted(set.issuer(), e.getMessage()), e);
      }
    }
    return new AccessSettings(
        new KeyRing(keys, sets), config.access().publicTopics(), config.dev());
  }

  /**
   * Who may come, with what the store remembers of credentials.
   *
   * @param store opened
   */
  static Routes.Access of(
      HubConfig config, AccessSettings settings, CredentialStore store, RandomGenerator random) {
    JwtAuthenticator signed = new JwtAuthenticator(settings, Clocks.WALL, Clocks.TICKER);
    KeptApiTokens apiTokens = new KeptApiTokens(store, settings.publicly(), Clocks.WALL, random);
    KeptRevocations revocations = new KeptRevocations(store, Clocks.WALL);
    SessionConfig session = config.access().session();
    KeptSessions sessions =
        new KeptSessions(store, settings, session.idle(), session.ageMax(), Clocks.WALL, random);
    return new Routes.Access(
        new HubAuthenticator(signed, apiTokens, revocations, sessions),
        revocations,
        apiTokens,
        sessions,
        new LiveTickets(Clocks.WALL, random),
        new SessionCookie(session.cookie()),
        new Origins(Set.copyOf(config.http().corsOrigins())));
  }

  private static TokenKey key(AccessKey key) throws IOException {
    return switch (key) {
      case AccessKey.Hs256 shared ->
          TokenKey.hs256(
              shared.id(),
              shared.secret().value().getBytes(StandardCharsets.UTF_8),
              shared.issuer(),
              shared.audience());
      case AccessKey.Pair pair ->
          TokenKey.ofPair(
              pair.id(),
              pair.algorithm(),
              Files.readString(pair.publicKey()),
              pair.issuer(),
              pair.audience());
    };
  }

  private static KeySet set(AccessKeySet set, RandomGenerator random) throws IOException {
    KeySet.Issuer issuer = new KeySet.Issuer(set.issuer(), set.audience(), set.algorithms());
    return switch (set) {
      case AccessKeySet.AtUrl at -> KeySet.atUrl(issuer, at.endpoint(), Clocks.TICKER, random);
      case AccessKeySet.InFile in -> {
        KeySet keys = KeySet.inFile(issuer, in.file(), Clocks.TICKER, random);
        keys.readNow();
        yield keys;
      }
    };
  }

  /** What is wrong with which set; empty if all is well. Does not block. */
  static List<Readiness.Reason> troubles(KeyRing keys) {
    List<Readiness.Reason> troubles = new ArrayList<>();
    for (KeySet set : keys.sets()) {
      String trouble = set.isEmpty() ? "the set is empty: all are withdrawn" : set.trouble();
      if (trouble != null) {
        troubles.add(new Readiness.Reason("keys of " + set.issuer(), trouble));
      }
    }
    return troubles;
  }

  static void register(PrometheusRegistry registry, KeyRing keys) {
    gauge(
        registry,
        "tidings_key_set_up",
        "Whether the last look at a key set brought one.",
        keys,
        set -> set.trouble() == null ? 1 : 0);
    gauge(registry, "tidings_key_set_keys", "Keys that are known.", keys, KeySet::size);
    counter(registry, "tidings_key_set_looks", "Looks at a key set.", keys, KeySet::looks);
    counter(
        registry, "tidings_key_set_failures", "Those that brought none.", keys, KeySet::failures);
  }

  private static void gauge(
      PrometheusRegistry registry,
      String name,
      String help,
      KeyRing keys,
      ToDoubleFunction<KeySet> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("issuer")
        .callback(
            gauge -> keys.sets().forEach(set -> gauge.call(value.applyAsDouble(set), set.issuer())))
        .register(registry);
  }

  private static void counter(
      PrometheusRegistry registry,
      String name,
      String help,
      KeyRing keys,
      ToDoubleFunction<KeySet> value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("issuer")
        .callback(counter ->
            keys.sets().forEach(set -> counter.call(value.applyAsDouble(set), set.issuer())))
        .register(registry);
  }
}
