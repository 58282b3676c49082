package tidings.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tidings.core.problem.Refusal;

/** Why a source can't consume now, in a sentence for an operator; without credentials. */
final class SourceDown extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  SourceDown(String reason) {
    super(reason, null, false, false); // expected control flow: no stack trace
    this.reason = reason;
  }

  SourceDown(String what, Throwable cause) {
    this(what + ": " + explain(cause));
  }

  String reason() {
    return reason;
  }

  /** What the broker or the store said if one said something, else the exception's own words. */
  static String explain(Throwable fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof ShutdownSignalException signal) {
        return said(signal);
      }
      if (cause instanceof Refusal refusal) {
        return refusal.problem().detail();
      }
    }
    String words = fault.getMessage() == null ? fault.toString() : fault.getMessage();
    return fault instanceof TimeoutException ? "no answer in time" : words;
  }

  /** The broker's reply code behind an exception, 0 if there is none. */
  static int code(Throwable fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof ShutdownSignalException signal) {
        return switch (signal.getReason()) {
          case AMQP.Channel.Close close -> close.getReplyCode();
          case AMQP.Connection.Close close -> close.getReplyCode();
          case null, default -> 0;
        };
      }
    }
    return 0;
  }

  private static String said(ShutdownSignalException signal) {
    return switch ((@Nullable Method) signal.getReason()) {
      case AMQP.Channel.Close close -> close.getReplyText();
      case AMQP.Connection.Close close -> close.getReplyText();
      case null, default -> {
        Throwable cause = signal.getCause();
        yield "the connection broke"
            + (cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")");
      }
    };
  }
}
