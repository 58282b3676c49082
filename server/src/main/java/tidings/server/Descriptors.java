package tidings.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The file descriptors of this process. */
final class Descriptors {
  /** For what is opened later: jars, the store's readers and checkpoints, sources, files. */
  private static final int RESERVE = 128;

  private Descriptors() {}

  /** How many connections there can be, so that descriptors never run out; 1 at least. */
  static int forConnections() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      long left = unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount() - RESERVE;
      return Math.clamp(left, 1, Integer.MAX_VALUE);
    }
    return Integer.MAX_VALUE;
  }
}
