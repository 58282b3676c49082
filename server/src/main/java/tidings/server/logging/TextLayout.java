package tidings.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.event.KeyValuePair;

/**
 * A line for people: time, level, where, what, fields (in quotes where it would not be clear where
 * they end), and the stack trace with its line ends written as {@code \n}.
 */
final class TextLayout extends LayoutBase<ILoggingEvent> {
  private static final Pattern PLAIN = Pattern.compile("[\\x21-\\x7e&&[^\"\\\\=]]+");
  private static final String OURS = "tidings.";

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    line.append(event.getInstant()).append(' ');
    line.append(event.getLevel().levelStr).append(' ');
    String logger = event.getLoggerName();
    line.append(logger.startsWith(OURS) ? logger.substring(OURS.length()) : logger).append(": ");
    escape(line, event.getFormattedMessage());
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        line.append(' ').append(pair.key).append('=');
        field(line, String.valueOf(pair.value));
      }
    }
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      line.append(": ");
      escape(line, ThrowableProxyUtil.asString(thrown).strip());
    }
    return line.append('\n').toString();
  }

  /** A value of which it is clear where it ends. */
  private static void field(StringBuilder line, String value) {
    if (PLAIN.matcher(value).matches()) {
      line.append(value);
    } else {
      line.append('"');
      escape(line, value.replace("\\", "\\\\").replace("\"", "\\\""));
      line.append('"');
    }
  }

  /** Control characters as they are written in Java. */
  private static void escape(StringBuilder line, String text) {
    text.chars()
        .forEach(c -> {
          switch (c) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
              if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                line.append("\\u%04x".formatted(c));
              } else {
                line.append((char) c);
              }
            }
          }
        });
  }
}
