package tidings.http.api;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts bytes that come in pieces into lines that end with LF or CR LF. Not thread-safe. */
final class Lines {
  private final int lineBytesMax;
  private byte[] bytes = new byte[8 << 10];
  private int from;
  private int to;
  private int searched; // no LF before here
  private int number;
  private boolean ended;

  /**
   * @param lineBytesMax how long a line may be, without its end
   */
  Lines(int lineBytesMax) {
    this.lineBytesMax = lineBytesMax;
  }

  void add(ByteBuf piece) {
    int length = piece.readableBytes();
    if (to + length > bytes.length) {
      int kept = to - from;
      byte[] target = kept + length > bytes.length ? new byte[2 * (kept + length)] : bytes;
      System.arraycopy(bytes, from, target, 0, kept);
      bytes = target;
      searched -= from;
      from = 0;
      to = kept;
    }
    piece.getBytes(piece.readerIndex(), bytes, to, length);
    to += length;
  }

  /** Nothing more is added: what is left is the last line. */
  void end() {
    ended = true;
  }

  /** Throws away what was not given yet. */
  void clear() {
    from = to;
    searched = to;
  }

  /** The next whole line without its end, null if there is none yet. */
  byte @Nullable [] next() {
    while (searched < to && bytes[searched] != '\n') {
      searched++;
    }
    if (searched == to && (!ended || from == to)) {
      return null;
    }
    int end = searched > from && bytes[searched - 1] == '\r' ? searched - 1 : searched;
    byte[] line = Arrays.copyOfRange(bytes, from, end);
    searched = Math.min(searched + 1, to);
    from = searched;
    number++;
    return line;
  }

  /** The number of the line that was given last, from 1. */
  int number() {
    return number;
  }

  /** Whether more of one line is here than a line may have. */
  boolean isTooLong() {
    return searched - from > lineBytesMax + 1;
  }

  /** Whether all that was added was given. */
  boolean isEmpty() {
    return from == to;
  }
}
