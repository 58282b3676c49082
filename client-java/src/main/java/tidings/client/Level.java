package tidings.client;

/** How grave a notification is; in rising order. */
public enum Level {
  INFO,
  SUCCESS,
  WARNING,
  ERROR
}
