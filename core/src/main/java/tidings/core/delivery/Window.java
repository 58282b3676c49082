package tidings.core.delivery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tidings.core.log.Entry;

/**
 * Up to 64 neighbouring entries of the log, with the frames that were made of them: subscribers
 * that get the same of them, in the same wire form, share the frames. Used on one dispatcher's
 * thread.
 */
final class Window {
  static final int ENTRIES_MAX = 64;

  /** A frame is cut before the message that would take it over this many bytes of JSON. */
  private static final int FRAME_BYTES_MAX = 64 << 10;

  /** About what a wire form adds to a message. */
  private static final int OVERHEAD_BYTES = 64;

  /** Frames are kept to be shared until they take this many bytes; the first always are. */
  private static final int SHARED_BYTES_MAX = 1 << 20;

  final long first;
  final long last;
  final List<Entry> entries;

  /** The entries that withdraw another, as bits. */
  final long withdrawals;

  private final String epoch;
  private final Map<Selection, Frames> made = new HashMap<>();
  private long sharedBytes;

  private record Selection(Encoding encoding, long selected, long direct) {}

  /**
   * What one selection looks like in one wire form.
   *
   * @param reached up to which position each frame brings its reader
   */
  record Frames(List<Frame> frames, long[] reached, long[] counts, boolean shared) {

    /** To be called by whoever asked for them, after writing. */
    void done() {
      if (!shared) {
        frames.forEach(Frame::release);
      }
    }
  }

  /**
   * A window over the positions from {@code first} to {@code last}.
   *
   * @param entries what there is in that range, in order
   */
  Window(String epoch, long first, long last, List<Entry> entries) {
    this.epoch = epoch;
    this.first = first;
    this.last = last;
    this.entries = List.copyOf(entries);
    long bits = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).kind() == Entry.Kind.WITHDRAWN) {
        bits |= 1L << i;
      }
    }
    this.withdrawals = bits;
  }

  /** The entries after a position, as bits. */
  long after(long position) {
    long bits = 0;
    for (int i = entries.size() - 1; i >= 0 && entries.get(i).position() > position; i--) {
      bits |= 1L << i;
    }
    return bits;
  }

  /** The entries that have not expired and that an interest admits, as bits. */
  long admitted(Interest interest, long nowMs) {
    long bits = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.expiresMs() > nowMs && interest.admits(entry)) {
        bits |= 1L << i;
      }
    }
    return bits;
  }

  /** The entries that address the reader as a user, as bits. */
  long direct(Interest interest) {
    long bits = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (interest.isDirect(entries.get(i))) {
        bits |= 1L << i;
      }
    }
    return bits;
  }

  /** The frames of a selection, made now or shared with those who asked before. */
  Frames frames(Encoding encoding, long selected, long direct) {
    Selection selection = new Selection(encoding, selected, direct & selected);
    Frames known = made.get(selection);
    if (known == null) {
      known = make(selection);
      if (known.shared) {
        made.put(selection, known);
      }
    }
    return known;
  }

  private Frames make(Selection selection) {
    List<Frame> frames = new ArrayList<>(1);
    try {
      return make(selection, frames);
    } catch (RuntimeException | Error e) { // no memory for one: those before it are nobody's
      frames.forEach(Frame::release);
      throw e;
    }
  }

  private Frames make(Selection selection, List<Frame> frames) {
    boolean shared = sharedBytes < SHARED_BYTES_MAX;
    List<Long> reached = new ArrayList<>(1);
    List<Long> counts = new ArrayList<>(1);
    List<Entry> together = new ArrayList<>();
    long direct = 0;
    int bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      if ((selection.selected >> i & 1) != 0) {
        Entry entry = entries.get(i);
        int size = entry.json().length + OVERHEAD_BYTES;
        if (!together.isEmpty() && bytes + size > FRAME_BYTES_MAX) {
          frames.add(selection.encoding.frame(epoch, together, direct));
          reached.add(together.getLast().position());
          counts.add((long) together.size());
          together = new ArrayList<>();
          direct = 0;
          bytes = 0;
        }
        direct |= (selection.direct >> i & 1) << together.size();
        together.add(entry);
        bytes += size;
        sharedBytes += shared ? size : 0;
      }
    }
    if (!together.isEmpty()) {
      frames.add(selection.encoding.frame(epoch, together, direct));
      reached.add(last);
      counts.add((long) together.size());
    }
    return new Frames(frames, longs(reached), longs(counts), shared);
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  /** About how many bytes of memory its entries take. */
  int weight() {
    int weight = 0;
    for (Entry entry : entries) {
      weight += entry.weight();
    }
    return weight;
  }

  /** Gives up all frames. The window is not used after this. */
  void release() {
    made.values().forEach(frames -> frames.frames.forEach(Frame::release));
    made.clear();
  }
}
