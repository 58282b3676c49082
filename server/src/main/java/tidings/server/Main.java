package tidings.server;

import tidings.server.cli.Program;

/** Where the program begins. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.exit(Program.run(args, new Serve()));
  }
}
