package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Hears of every buffer that Netty finds to be leaked, and fails the test that asks. */
final class Leaks {
  private static final int PATIENCE_MS = 20_000;
  private static final List<String> FOUND = new CopyOnWriteArrayList<>();

  private Leaks() {}

  /** To be called before Netty's buffers are used for the first time. */
  static void watch() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    if (!(ResourceLeakDetectorFactory.instance() instanceof Factory)) {
      ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
    }
  }

  /**
   * Finds what was leaked so far: it is noticed when it is collected, and told at an allocation.
   */
  static List<String> find() {
    for (int i = 0; i < 2; i++) {
      collect();
      for (int n = 0; n < 64; n++) {
        ByteBuf probe = PooledByteBufAllocator.DEFAULT.directBuffer(16);
        probe.release();
      }
    }
    List<String> found = List.copyOf(FOUND);
    FOUND.clear();
    return found;
  }

  /**
   * Collects, and waits until one of the references that this has cleared is handed over. The JVM
   * hands over all of one collection before it begins with those of the next.
   */
  private static void collect() {
    ReferenceQueue<Object> cleared = new ReferenceQueue<>();
    WeakReference<Object> one = new WeakReference<>(new Object(), cleared);
    System.gc();
    try {
      assertThat(cleared.remove(PATIENCE_MS)).isSameAs(one);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static void assertNone() {
    assertThat(find()).as("leaked buffers").isEmpty();
  }

  private static final class Factory extends ResourceLeakDetectorFactory {
    @Override
    @SuppressWarnings("deprecation") // the abstract method of this class
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval, long maxActive) {
      return new Detector<>(resource, samplingInterval);
    }
  }

  private static final class Detector<T> extends ResourceLeakDetector<T> {
    Detector(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      FOUND.add(resourceType + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      FOUND.add(resourceType);
    }
  }
}
