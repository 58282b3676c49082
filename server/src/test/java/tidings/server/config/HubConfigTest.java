package tidings.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.auth.KeySet;
import tidings.auth.PairAlgorithm;
import tidings.core.access.Publisher;
import tidings.server.config.RabbitSourceConfig.Format;
import tidings.server.config.RabbitSourceConfig.Queue;
import tidings.server.config.RabbitSourceConfig.QueueKind;

final class HubConfigTest {
  private static final String KEY = "0123456789abcdef0123456789abcdef";

  @TempDir private Path folder;

  @BeforeEach
  void writeKey() throws IOException {
    Files.writeString(folder.resolve("key"), KEY + "\n");
  }

  @Test
  void theNamesOfTheIssueAreRead() throws Exception {
    HubConfig config =
        load(
            """
            http: {host: 127.0.0.1, port: 8080, trusted-proxies: [], cors-origins: [], connections-per-address-max: 200}
            store: {sqlite: data/tidings.db, retention: {age: 30d, count: 1000000, bytes: 4GiB}}
            access:
              public-topics: ["nasqueron.#"]
              keys: [{id: main, algorithm: HS256, secret-file: key, issuer: x, audience: tidings}]
            sources: [{name: center, kind: rabbitmq, url: "amqp://h", username-file: u, password-file: p, exchange: notifications, queue: {name: tidings, kind: quorum}, bindings: ["#"], prefetch: 200, format: nasqueron}]
            """);

    assertThat(config.http().port()).isEqualTo(8080);
    assertThat(config.store().sqlite()).isEqualTo(folder.resolve("data/tidings.db"));
    assertThat(config.store().retention())
        .isEqualTo(new StoreConfig.Retention(Duration.ofDays(30), 1_000_000, 4L << 30));
    assertThat(config.access().publicTopics()).hasToString("[topic:nasqueron.#]");
    AccessKey.Hs256 key = (AccessKey.Hs256) config.access().keys().getFirst();
    assertThat(key.id()).isEqualTo("main");
    assertThat(key.issuer()).isEqualTo("x");
    assertThat(key.audience()).isEqualTo("tidings");
    assertThat(key.secret().value()).isEqualTo(KEY);
    RabbitSourceConfig source = config.sources().getFirst();
    assertThat(source.queue()).isEqualTo(new Queue("tidings", QueueKind.QUORUM));
    assertThat(source.username()).isEqualTo(new Secret.InFile(folder.resolve("u")));
    assertThat(source.format()).isEqualTo(Format.NASQUERON);
    assertThat(source.publisher()).isEqualTo(Publisher.source("center"));
    assertThat(source.rawContentMax()).isEqualTo(1 << 20);
  }

  @Test
  void theDefaultsAreThoseOfTheIssue() throws Exception {
    HubConfig config = load("access: {public-topics: [everyone]}");

    assertThat(config.http().host()).isEqualTo("127.0.0.1");
    assertThat(config.http().port()).isEqualTo(8080);
    assertThat(config.http().connectionsPerAddressMax()).isEqualTo(200);
    assertThat(config.store().sqlite()).isEqualTo(folder.resolve("data/tidings.db"));
    assertThat(config.store().retention().age()).isEqualTo(Duration.ofDays(30));
    assertThat(config.access().publicTopics()).hasToString("[everyone]");
  }

  @Test
  void everyFaultIsReportedAtOnceInTheOrderOfTheFile() {
    assertThat(
            faults(
                """
                http:
                  prot: 8080
                  host: ""
                  connections-per-address-max: many
                store:
                  retention: {age: 30 days, bytes: 4GB}
                access:
                  public-topics: ["a..b"]
                  keys:
                    - {id: main, algorithm: RS512}
                port: 1
                """))
        .containsExactly(
            "hub.yaml:2: http.prot: unknown key (did you mean port?)",
            "hub.yaml:3: http.host: \"\" (expected a text)",
            "hub.yaml:4: http.connections-per-address-max: \"many\" (expected a whole number from"
                + " 1 to 1000000)",
            "hub.yaml:6: store.retention.age: \"30 days\" (expected a duration from 1s to 36500d,"
                + " in ms, s, m, h or d)",
            "hub.yaml:6: store.retention.bytes: \"4GB\" (expected a size from 1MiB to 1024TiB, in"
                + " B, KiB, MiB, GiB or TiB)",
            "hub.yaml:8: access.public-topics: \"a..b\" (expected " + Kind.PUBLIC.expected() + ")",
            "hub.yaml:10: access.keys[0].algorithm: \"RS512\" (expected HS256 or RS256 or ES256 or"
                + " EdDSA)",
            "hub.yaml:10: access.keys[0]: HS256 needs secret-file (or secret-env, or secret)",
            "hub.yaml:11: port: unknown key (did you mean http.port?)");
  }

  @Test
  void theProxyProtocolNeedsProxies() {
    assertThat(faults("http: {proxy-protocol: true}\naccess: {public-topics: [everyone]}"))
        .containsExactly(
            "hub.yaml:1: http.proxy-protocol: nobody could connect (expected trusted-proxies beside"
                + " it)");
  }

  @Test
  void anUnknownKeyOfAListItemNamesItsPlace() {
    assertThat(
            faults(
                """
                access: {public-topics: [everyone]}
                sources:
                  - {name: a, kind: rabbitmq, url: "amqp://h", exchange: e, bindings: ["#"]}
                  - name: b
                    kind: rabbitmq
                    url: amqp://h
                    exchange: e
                    bindings: ["#"]
                    queue:
                      knid: quorum
                """))
        .containsExactly("hub.yaml:10: sources[1].queue.knid: unknown key (did you mean kind?)");
  }

  @Test
  void aKeyThatIsLikeNoOtherGetsTheListOfAll() {
    assertThat(faults("access: {public-topics: [everyone]}\nlogging: {colour: red}\n"))
        .containsExactly("hub.yaml:2: logging.colour: unknown key (expected one of format, level)");
  }

  @Test
  void aKeyThatIsGivenTwiceIsRefused() {
    assertThat(faults("access: {public-topics: [everyone]}\nhttp:\n  port: 1\n  port: 2\n"))
        .containsExactly("hub.yaml:4: http.port: given twice (first on line 3)");
  }

  @Test
  void aWrongShapeIsRefused() {
    assertThat(
            faults(
                """
                access: {public-topics: everyone, keys: [7]}
                http: 8080
                store: {sqlite: [a], retention: {age: }}
                """))
        .contains(
            "hub.yaml:1: access.public-topics: expected a list",
            "hub.yaml:1: access.keys[0]: expected keys with values",
            "hub.yaml:2: http: expected keys with values",
            "hub.yaml:3: store.sqlite: expected a path",
            "hub.yaml:3: store.retention.age: no value (expected a duration from 1s to 36500d, in"
                + " ms, s, m, h or d)");
  }

  @Test
  void whatIsNotYamlIsRefusedWithItsLine() {
    assertThat(faults("http:\n  port: [1\nstore: x\n"))
        .first()
        .asString()
        .startsWith("hub.yaml:3: not YAML: ");
  }

  @Test
  void anEmptySectionHasItsDefaults() throws Exception {
    assertThat(load("http:\nsources:\naccess: {public-topics: [everyone]}\n").http().port())
        .isEqualTo(8080);
  }

  @Test
  void withoutKeysAndPublicTopicsItSaysWhatToWriteWhere() {
    assertThat(faults("access:\n  keys: []\n"))
        .singleElement()
        .asString()
        .startsWith("hub.yaml:1: access: nobody may publish or read. Under access, write keys:");
  }

  @Test
  void devModeNeedsNeither() throws Exception {
    assertThat(HubConfig.load(launch(null, Map.of(), true)).dev()).isTrue();
  }

  @Test
  void devModeRefusesToListenToOthers() throws IOException {
    Path file = write("http: {host: 0.0.0.0}");
    assertThat(faults(launch(file, Map.of(), true)))
        .containsExactly(
            "hub.yaml:1: http.host: \"0.0.0.0\" (with --dev expected one of [127.0.0.1, ::1,"
                + " localhost])");
  }

  @Test
  void theEnvironmentWinsOverTheFileAndFlagsOverBoth() throws Exception {
    Path file =
        write(
            "access: {public-topics: [everyone]}\nhttp: {port: 1, host: 127.0.0.2}\nstore: {sqlite: a.db}");
    Map<String, String> environment =
        Map.of(
            "TIDINGS_HTTP_PORT", "2",
            "TIDINGS_HTTP_HOST", "127.0.0.3",
            "TIDINGS_STORE_SQLITE", "b.db",
            "TIDINGS_STORE_RETENTION_AGE", "7d");
    HubConfig config =
        HubConfig.load(
            new Launch(file, List.of(), environment, 3, folder.resolve("elsewhere"), false));

    assertThat(config.http().port()).isEqualTo(3);
    assertThat(config.http().host()).isEqualTo("127.0.0.3");
    assertThat(config.store().sqlite()).isEqualTo(folder.resolve("elsewhere/tidings.db"));
    assertThat(config.store().retention().age()).isEqualTo(Duration.ofDays(7));
    assertThat(HubConfig.load(launch(file, environment, false)).store().sqlite())
        .isEqualTo(folder.resolve("b.db"));
  }

  @Test
  void aLaterEnvironmentFileWinsAndTheProcessOverAll() throws Exception {
    Path file = write("access: {public-topics: [everyone]}");
    Path first = folder.resolve("first.env");
    Path second = folder.resolve("second.env");
    Files.writeString(first, "# ours\nTIDINGS_HTTP_PORT=1\nTIDINGS_HTTP_HOST=127.0.0.2\n");
    Files.writeString(second, "\nTIDINGS_HTTP_PORT=\"2\"\nTIDINGS_LOGGING_LEVEL=warn\n");
    HubConfig config =
        HubConfig.load(
            new Launch(
                file,
                List.of(first, second),
                Map.of("TIDINGS_LOGGING_LEVEL", "debug"),
                null,
                null,
                false));

    assertThat(config.http().port()).isEqualTo(2);
    assertThat(config.http().host()).isEqualTo("127.0.0.2");
    assertThat(config.logging().level()).isEqualTo(LoggingConfig.Level.DEBUG);
  }

  @Test
  void aFaultInAnEnvironmentFileHasItsLineButNotItsText() throws Exception {
    Path file = write("access: {public-topics: [everyone]}");
    Path variables = folder.resolve("prod.env");
    Files.writeString(variables, "TIDINGS_HTTP_PORT=web\nhunter2\n");

    assertThat(faults(new Launch(file, List.of(variables), Map.of(), null, null, false)))
        .containsExactly(
            "prod.env:2: expected NAME=value, a comment after #, or an empty line",
            "prod.env:1: TIDINGS_HTTP_PORT: \"web\" (expected a whole number from 0 to 65535)");
  }

  @Test
  void aVariableOfASectionThatSetsNothingIsRefused() throws Exception {
    Path file = write("access: {public-topics: [everyone]}");
    Map<String, String> environment =
        Map.of(
            "TIDINGS_HTTP_PROT", "1",
            "TIDINGS_HTTP_CORS_ORIGINS", "https://example.org",
            "TIDINGS_SERVICE_HOST", "10.0.0.1");

    assertThat(faults(launch(file, environment, false)))
        .containsExactlyInAnyOrder(
            "TIDINGS_HTTP_PROT: sets no known key (did you mean TIDINGS_HTTP_PORT?)",
            "TIDINGS_HTTP_CORS_ORIGINS: http.cors-origins can be set in the file only");
  }

  @Test
  void credentialsComeFromVariablesThatTheFileNames() throws Exception {
    Path file =
        write(
            """
            access: {keys: [{id: main, algorithm: HS256, secret-env: TIDINGS_ACCESS_SECRET}]}
            sources: [{name: a, kind: rabbitmq, url-env: BROKER, username: joe, password-env: PASS, queue: {name: q, kind: passive}}]
            """);
    HubConfig config =
        HubConfig.load(
            launch(
                file,
                Map.of("TIDINGS_ACCESS_SECRET", KEY, "BROKER", "amqps://b", "PASS", "p"),
                false));

    RabbitSourceConfig source = config.sources().getFirst();
    assertThat(source.url()).isEqualTo(new Secret.Inline("amqps://b"));
    assertThat(source.password()).isEqualTo(new Secret.Inline("p")).hasToString("(secret)");
    assertThat(faults(launch(file, Map.of("TIDINGS_ACCESS_SECRET", KEY, "PASS", "p"), false)))
        .contains("hub.yaml:2: sources[0].url-env: the environment variable BROKER is not set");
  }

  @Test
  void errorsNeverRepeatASecret() {
    assertThat(
            faults(
                """
                access: {keys: [{id: main, algorithm: HS256, secret: hunter2}]}
                sources: [{name: a, kind: rabbitmq, url: "http://joe:hunter2@h", password: "hunter2\\n", queue: {name: q, kind: passive}}]
                """))
        .hasSize(3)
        .noneMatch(fault -> fault.contains("hunter2"));
  }

  @Test
  void aSecretThatIsShortOrMissingIsRefused() throws Exception {
    Files.writeString(folder.resolve("short"), "too short\n");

    assertThat(
            faults(
                """
                access:
                  keys:
                    - {id: a, algorithm: HS256, secret-file: short}
                    - {id: b, algorithm: HS256, secret-file: absent}
                    - {id: a, algorithm: EdDSA, secret-file: key}
                """))
        .satisfiesExactlyInAnyOrder(
            fault ->
                assertThat(fault)
                    .startsWith("hub.yaml:2: access.keys: two of one issuer have the id a"),
            fault -> assertThat(fault).contains(":3: access.keys[0].secret-file: the secret has 9"),
            fault -> assertThat(fault).contains(":4: access.keys[1].secret-file: there is no file"),
            fault -> assertThat(fault).contains(":5: access.keys[2].secret: has no meaning"),
            fault -> assertThat(fault).contains(":5: access.keys[2]: EdDSA needs public-key-file"));
  }

  @Test
  void keysOfSeveralIssuersAreReadAndMayHaveOneName() throws Exception {
    writePublicKey("shop.pem", "RSA", 2_048);
    writePublicKey("wiki.pem", "EC", 256);

    HubConfig config =
        load(
            """
            access:
              keys:
                - {id: main, algorithm: RS256, public-key-file: shop.pem, issuer: shop, audience: tidings}
                - {id: main, algorithm: ES256, public-key-file: wiki.pem, issuer: wiki, audience: hub}
            """);
    assertThat(config.access().keys())
        .containsExactly(
            new AccessKey.Pair(
                "main", "shop", "tidings", PairAlgorithm.RS256, folder.resolve("shop.pem"), null),
            new AccessKey.Pair(
                "main", "wiki", "hub", PairAlgorithm.ES256, folder.resolve("wiki.pem"), null));
  }

  /** RFC 8037, A.2. */
  private static final String KEY_SET =
      "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";

  @Test
  void keySetsAreReadFromFilesAndUrls() throws Exception {
    Files.writeString(folder.resolve("keys.json"), KEY_SET);

    HubConfig config =
        load(
            """
            access:
              key-sets:
                - {issuer: shop, audience: tidings, file: keys.json, algorithms: [EdDSA]}
                - {issuer: wiki, audience: hub, url: "https://wiki/keys?v=1", refresh: 1h, max-stale: 2d}
                - {issuer: a, audience: hub, url: "http://127.0.0.1:1/keys"}
                - {issuer: b, audience: hub, url: "http://[::1]/keys"}
                - {issuer: c, audience: hub, url: "http://localhost/keys"}
                - {issuer: d, audience: hub, url: "http://inside/keys", allow-http: true}
                - {issuer: e, audience: hub, url: "https://wiki/keys", max-stale: 10m}
            """);
    assertThat(config.access().keySets().subList(0, 2))
        .containsExactly(
            new AccessKeySet.InFile(
                "shop", "tidings", Set.of(PairAlgorithm.EdDSA), folder.resolve("keys.json")),
            new AccessKeySet.AtUrl(
                "wiki",
                "hub",
                Set.of(PairAlgorithm.values()),
                new KeySet.Endpoint(
                    URI.create("https://wiki/keys?v=1"),
                    Duration.ofHours(1),
                    Duration.ofDays(2),
                    null)));
  }

  @Test
  void aKeySetThatCanNotBeTrustedOrReadIsRefusedByName() throws Exception {
    Files.writeString(folder.resolve("keys.json"), KEY_SET);
    Files.writeString(folder.resolve("none.json"), "{\"keys\":[7]}");

    assertThat(
            faults(
                """
                access:
                  keys: [{id: main, algorithm: HS256, secret-file: key, issuer: shop}]
                  key-sets:
                    - {issuer: a, audience: hub, file: none.json}
                    - {issuer: b, audience: hub, url: "http://wiki/keys"}
                    - {issuer: c, audience: hub, url: "http://127.0.0.1.example.org/keys"}
                    - {issuer: d, audience: hub, url: "https://me:secret@wiki/keys"}
                    - {issuer: e, audience: hub}
                    - {issuer: f, audience: hub, file: keys.json, url: "https://wiki/keys"}
                    - {issuer: g, file: keys.json}
                    - {issuer: h, audience: hub, file: keys.json, algorithms: [HS256]}
                    - {issuer: shop, audience: hub, file: keys.json}
                    - {issuer: i, audience: hub, url: "https://wiki/keys", ca-file: keys.json}
                    - {issuer: j, audience: hub, url: "https://wiki/keys", ca-file: absent.pem}
                    - {issuer: k, audience: hub, file: keys.json, refresh: 1h, max-stale: 1d}
                    - {issuer: l, audience: hub, url: "https://wiki/keys", max-stale: 9m}
                """))
        .satisfiesExactly(
            fault -> assertThat(fault).contains("shop has other keys as well"),
            fault -> assertThat(fault).contains("key-sets[0].file: none.json: no usable key"),
            fault -> assertThat(fault).contains("key-sets[1].url: whoever is on the way"),
            fault -> assertThat(fault).contains("key-sets[2].url: whoever is on the way"),
            fault -> assertThat(fault).contains("key-sets[3].url: wrong (expected a URL"),
            fault -> assertThat(fault).contains("key-sets[3]: give either file or url"),
            fault -> assertThat(fault).contains("key-sets[4]: give either file or url"),
            fault -> assertThat(fault).contains("key-sets[5]: give either file or url"),
            fault -> assertThat(fault).contains("key-sets[6]: the key audience is missing"),
            fault -> assertThat(fault).contains("key-sets[7].algorithms: \"HS256\""),
            fault -> assertThat(fault).contains("key-sets[9].ca-file: keys.json: holds"),
            fault -> assertThat(fault).contains("key-sets[10].ca-file: absent.pem"),
            fault -> assertThat(fault).contains("key-sets[11].refresh: has no meaning for a file"),
            fault -> assertThat(fault).contains("key-sets[11].max-stale: has no meaning"),
            fault -> assertThat(fault).contains("key-sets[12].max-stale: one failure would be"));
  }

  @Test
  void aKeyFileThatHoldsNoGoodKeyIsRefusedByName() throws Exception {
    writePublicKey("weak.pem", "RSA", 1_024);
    writePublicKey("other.pem", "EC", 256);

    assertThat(
            faults(
                """
                access:
                  keys:
                    - {id: a, algorithm: RS256, public-key-file: weak.pem}
                    - {id: b, algorithm: EdDSA, public-key-file: other.pem}
                    - {id: c, algorithm: ES256, public-key-file: other.pem, private-key-file: other.pem}
                    - {id: d, algorithm: ES256, public-key-file: absent.pem}
                """))
        .containsExactly(
            "hub.yaml:3: access.keys[0].public-key-file: weak.pem: an RSA key of 1024 bits"
                + " (expected at least 2048)",
            "hub.yaml:4: access.keys[1].public-key-file: other.pem: not a public key of Ed25519"
                + " (openssl pkey -pubout makes one)",
            "hub.yaml:5: access.keys[2].private-key-file: other.pem: no private key (expected"
                + " \"-----BEGIN PRIVATE KEY-----\")",
            "hub.yaml:6: access.keys[3].public-key-file: absent.pem can't be read (expected a PEM"
                + " file)");
  }

  private void writePublicKey(String file, String algorithm, int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(bits);
    String encoded =
        Base64.getMimeEncoder()
            .encodeToString(generator.generateKeyPair().getPublic().getEncoded());
    Files.writeString(
        folder.resolve(file),
        "-----BEGIN PUBLIC KEY-----\n" + encoded + "\n-----END PUBLIC KEY-----\n");
  }

  @Test
  void aPassiveQueueHasNeitherExchangeNorBindings() {
    assertThat(
            faults(
                """
                access: {public-topics: [everyone]}
                sources:
                  - {name: a, kind: rabbitmq, url: "amqp://h", exchange: e, queue: {name: q, kind: passive}}
                  - {name: b, kind: rabbitmq, url: "amqp://h", queue: {kind: quorum}}
                """))
        .satisfiesExactlyInAnyOrder(
            fault ->
                assertThat(fault).contains(":3: sources[0].exchange: a passive queue is bound"),
            fault -> assertThat(fault).contains(":4: sources[1].queue: the key name is missing"),
            fault -> assertThat(fault).contains(":4: sources[1]: the key exchange is missing"),
            fault -> assertThat(fault).contains(":4: sources[1]: the key bindings is missing"));
  }

  @Test
  void aSourcePublishesUnderItsOwnNameAnotherOrAsASubject() throws Exception {
    String source =
        "  - {name: %s, kind: rabbitmq, url: 'amqp://h', queue: {name: q, kind: passive}%s}\n";
    String start = "access: {public-topics: [everyone]}\nsources:\n";
    HubConfig config =
        load(
            start
                + source.formatted("sub:a", "")
                + source.formatted("b", ", publisher: shop")
                + source.formatted("c", ", publisher: 'sub:shop'"));
    assertThat(config.sources())
        .extracting(RabbitSourceConfig::publisher)
        .containsExactly(
            Publisher.source("sub:a"), Publisher.source("shop"), Publisher.subject("shop"));
    assertThat(faults(start + source.formatted("a", ", publisher: 'sub:'")))
        .containsExactly(
            "hub.yaml:3: sources[0].publisher: \"sub:\" (expected a name, or sub:ID with the subject"
                + " of tokens)");
  }

  private HubConfig load(String yaml) throws IOException, InvalidConfiguration {
    return HubConfig.load(launch(write(yaml), Map.of(), false));
  }

  private List<String> faults(String yaml) {
    try {
      return faults(launch(write(yaml), Map.of(), false));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The faults, with this test's folder cut off. */
  private List<String> faults(Launch launch) {
    InvalidConfiguration refused =
        catchThrowableOfType(InvalidConfiguration.class, () -> HubConfig.load(launch));
    assertThat(refused).isNotNull();
    return refused.faults().stream().map(fault -> fault.replace(folder + "/", "")).toList();
  }

  private static Launch launch(@Nullable Path file, Map<String, String> environment, boolean dev) {
    return new Launch(file, List.of(), environment, null, null, dev);
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("hub.yaml"), yaml);
  }
}
