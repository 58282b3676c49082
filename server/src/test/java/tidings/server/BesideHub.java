package tidings.server;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share a hub for trying out. */
abstract class BesideHub {
  static HubHere hub;

  @BeforeAll
  static void serve(@TempDir Path store) throws Exception {
    hub = HubHere.dev(store);
  }

  @AfterAll
  static void stop() {
    hub.close();
  }
}
