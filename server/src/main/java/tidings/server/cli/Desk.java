package tidings.server.cli;

import java.util.List;
import tidings.core.access.Grant;

/** What is administered of a hub, wherever it runs, or does not: its API tokens, its users. */
interface Desk extends AutoCloseable {

  /**
   * Makes a token.
   *
   * @return what is shown once
   * @throws Failure saying why there is none
   */
  String make(String name, Grant grant) throws Failure;

  /** All tokens, each on one line. */
  List<String> list() throws Failure;

  /**
   * Takes a token back.
   *
   * @throws Failure also if there is none of that name
   */
  void revoke(String name) throws Failure;

  /**
   * Erases a person; done when it is on stable storage.
   *
   * @param user a user's id
   */
  void erase(String user) throws Failure;

  @Override
  void close();
}
