package tidings.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A handler that {@link Deadlines} end when it is late, or when the hub stops. */
abstract class Watched extends ChannelInboundHandlerAdapter {
  /** How soon a client must ask while others wait for its place. */
  static final Duration BRIEF = Duration.ofSeconds(1);

  private final Deadlines deadlines;
  private @Nullable ChannelHandlerContext context;

  /** When it is late, unless something has happened by then. */
  long deadline;

  /** Its place among those that are watched, -1 if it is not. */
  int slot = -1;

  Watched(Deadlines deadlines) {
    this.deadlines = deadlines;
  }

  @Override
  public final void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    added();
  }

  /** It has its place in a pipeline. */
  abstract void added();

  final ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return context;
  }

  /** Begins to watch. */
  final void watch(Duration in) {
    deadlines.add(this);
    deadline(in);
  }

  final void unwatch() {
    deadlines.remove(this);
  }

  void deadline(Duration in) {
    deadline = deadlines.now() + in.toNanos();
  }

  /** Takes one request, if that begins to come at once. */
  final void beBrief() {
    oneMore();
    deadline(BRIEF);
  }

  /** The deadline has passed. */
  abstract void late();

  /** Takes nothing new after what comes next; a request leaves that to its connection. */
  void oneMore() {}

  /** Ends once nothing is under way; a request leaves that to its connection. */
  void stop() {}
}
