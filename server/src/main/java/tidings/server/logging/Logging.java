package tidings.server.logging;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;
import tidings.server.config.LoggingConfig;

/**
 * Sets up logback. Lines are written by a thread of their own, so that a slow reader of standard
 * error never holds up an event loop; when more than 8,192 wait, the newest are dropped.
 */
public final class Logging {
  private static final int WAITING_MAX = 8_192;

  private Logging() {}

  public static void start(LoggingConfig config) {
    LoggerContext context = context();
    context.reset();
    LayoutBase<ILoggingEvent> layout =
        switch (config.format()) {
          case TEXT -> new TextLayout();
          case JSON -> new JsonLayout();
        };
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    AsyncAppender appender = new AsyncAppender();
    appender.setContext(context);
    appender.setName("lines");
    appender.setQueueSize(WAITING_MAX);
    appender.setDiscardingThreshold(0);
    appender.setNeverBlock(true);
    appender.addAppender(console);
    appender.start();
    Level level = Level.valueOf(config.level().name());
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(config.level() == LoggingConfig.Level.DEBUG ? Level.INFO : level);
    root.addAppender(appender);
    context.getLogger("tidings").setLevel(level);
    if (config.level() != LoggingConfig.Level.DEBUG) { // a source says itself what went wrong
      context.getLogger("com.rabbitmq.client").setLevel(Level.OFF);
    }
  }

  /** Writes what still waits; nothing is written after that. */
  public static void stop() {
    context().stop();
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
