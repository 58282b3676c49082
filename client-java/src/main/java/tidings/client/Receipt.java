package tidings.client;

/**
 * That a notification is on stable storage.
 *
 * @param id the hub's id for it
 * @param cursor its place in the log
 */
public record Receipt(String id, String cursor) {}
