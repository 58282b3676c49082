package tidings.core.inbox;

/**
 * What became of a change.
 *
 * @param rev the user's revision after it
 * @param changed whether it changed anything: else all was so already, and nothing was stored
 */
public record Changed(long rev, boolean changed) {}
