package tidings.store.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tidings.store.StoreUnusable;

/**
 * Keeps a second hub off the database, by a lock on the file {@code NAME.lock} beside it, which
 * holds the owner's process number while it runs. The database itself is not locked this way:
 * closing any descriptor of it would drop SQLite's own locks.
 */
final class StoreLock implements AutoCloseable {
  /**
   * Lock files held by this process. POSIX drops a process's lock when any of its descriptors of
   * that file closes, so a second attempt in here must not even open it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;
  private final boolean leftUnclean;

  private StoreLock(Path file, FileChannel channel, boolean leftUnclean) {
    this.file = file;
    this.channel = channel;
    this.leftUnclean = leftUnclean;
  }

  /**
   * Locks a database that is not yet open.
   *
   * @throws StoreUnusable if another hub has it
   */
  static StoreLock take(Path database) {
    Path file = database.toAbsolutePath().resolveSibling(database.getFileName() + ".lock");
    if (!HELD.add(file)) {
      throw inUse(database, Long.toString(ProcessHandle.current().pid()));
    }
    StoreLock taken = null;
    try {
      taken = open(database, file);
      return taken;
    } catch (IOException e) {
      throw new StoreUnusable("can't lock %s: %s".formatted(file, e.getMessage()), e);
    } finally {
      if (taken == null) {
        HELD.remove(file);
      }
    }
  }

  private static StoreLock open(Path database, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    @Nullable FileLock lock = null;
    try {
      lock = channel.tryLock();
      String owner = owner(channel);
      if (lock == null) {
        throw inUse(database, owner);
      }
      byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
      channel.truncate(0).write(ByteBuffer.wrap(pid), 0);
      channel.force(true); // a power cut must be noticed, too
      return new StoreLock(file, channel, !owner.isEmpty());
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(20);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }

  private static StoreUnusable inUse(Path database, String owner) {
    return new StoreUnusable(
        "%s is in use by process %s; stop that one first, or use another file"
            .formatted(database, owner));
  }

  /** Whether the owner before this one ended without closing the store. */
  boolean leftUnclean() {
    return leftUnclean;
  }

  /** Notes that the database was closed in order. */
  void markClean() {
    try {
      channel.truncate(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the database free. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      HELD.remove(file);
    }
  }
}
