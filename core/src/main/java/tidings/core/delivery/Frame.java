package tidings.core.delivery;

/**
 * One or more consecutive notifications in one wire form, ready to be written to any number of
 * subscribers of one event loop. Made, written and released on that loop's thread.
 */
public interface Frame {

  /** Gives up the maker's share of it; what is being written keeps its own. */
  void release();
}
