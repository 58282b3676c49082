package tidings.http.exchange;

/** What answers the requests of one path and method. Thread-safe; shared by all connections. */
@FunctionalInterface
public interface Endpoint {

  /**
   * Handles a request, on the event loop; must not block. What it throws becomes the answer.
   *
   * @param exchange with the whole body, unless {@link #bodyBytesMax} is negative
   */
  void handle(Exchange exchange);

  /** How many bytes of body it takes; 0 for none. */
  default int bodyBytesMax() {
    return 0;
  }
}
