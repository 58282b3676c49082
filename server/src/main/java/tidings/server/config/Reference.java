package tidings.server.config;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.server.config.Setting.Shape;

/** Writes the reference page of all keys. */
final class Reference {
  private static final String HEAD =
      """
      # Configuration

      <!-- Made by ./tidings check-config --reference; a test compares the two. -->

      `./tidings serve --config hub.yaml` reads one YAML file. `./tidings check-config --config
      hub.yaml` checks it and says, with file and line, everything that is wrong with it: unknown
      keys and wrong values are refused, never ignored.

      ```yaml
      http: {host: 127.0.0.1, port: 8080}
      store: {sqlite: data/tidings.db, retention: {age: 30d, count: 1000000, bytes: 4GiB}}
      access:
        public-topics: ["shop.#"]
        keys: [{id: main, algorithm: HS256, secret-file: key, audience: tidings}]
      sources:
        - {name: center, kind: rabbitmq, url: "amqp://broker", username-file: u, password-file: p,
           exchange: notifications, queue: {name: tidings, kind: quorum}, bindings: ["#"],
           format: nasqueron}
      ```

      **What wins.** Flags (`--port`, `--data`) over the environment, the environment over
      `--env-file` (repeatable, lines of `NAME=value`, a later file wins), all of them over the
      file. Each key outside lists has a variable; one that is set to nothing counts as not set.
      In lists, `username-env`, `password-env`, `url-env` and `secret-env` name a variable of your
      choice. A variable that begins with the name of a section and sets nothing (`TIDINGS_HTTP_PROT`)
      is refused.

      **Paths** are relative to the folder of the configuration file, or to the working folder if
      there is no file; `--data` is always relative to the working folder.

      **Files of secrets** hold the secret and nothing else; one line end at the end is ignored.
      """;

  private Reference() {}

  static String page(List<Setting> settings) {
    StringBuilder page = new StringBuilder(HEAD);
    for (Setting section : settings) {
      if (section.shape() == Shape.SECTION || section.shape() == Shape.SECTIONS) {
        section(page, section, settings);
      }
    }
    return page.toString();
  }

  private static void section(StringBuilder page, Setting section, List<Setting> settings) {
    boolean listed = section.shape() == Shape.SECTIONS;
    String path = section.path() + (listed ? "[]" : "");
    boolean variables = path.indexOf('[') < 0;
    page.append("\n## ").append(section.path().replace("[]", "")).append("\n\n");
    page.append(section.doc()).append(listed ? " A list; each item has these keys.\n" : "\n");
    page.append("\n| key | value | default |").append(variables ? " variable |" : "");
    page.append(" meaning |\n|---|---|---|").append(variables ? "---|" : "").append("---|\n");
    for (Setting setting : settings) {
      if (setting.section().equals(path) && setting.shape() != Shape.SECTION) {
        row(page, setting, variables);
      }
    }
  }

  private static void row(StringBuilder page, Setting setting, boolean variables) {
    cell(page.append("|"), "`" + setting.key() + "`");
    cell(page, setting.expected());
    cell(page, setting.example() != null ? "required" : code(setting.fallback()));
    if (variables) {
      cell(page, code(setting.variable()));
    }
    cell(page, setting.doc());
    page.append("\n");
  }

  private static void cell(StringBuilder page, String text) {
    page.append(" ").append(text.replace("|", "\\|")).append(" |");
  }

  private static String code(@Nullable String text) {
    return text == null ? "" : "`" + text + "`";
  }
}
