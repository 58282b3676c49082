package tidings.server.config;

import java.time.Duration;

/**
 * Sessions of browsers.
 *
 * @param cookie the name of their cookie
 * @param idle a session that is not used for so long ends
 * @param ageMax how long one lasts at most
 */
public record SessionConfig(String cookie, Duration idle, Duration ageMax) {

  static SessionConfig read(Section section) {
    return new SessionConfig(
        section.get(
            "cookie",
            Kind.COOKIE,
            "__Host-tidings",
            "The name of their cookie. The prefix `__Host-` has browsers take it from this host"
                + " alone; without it, which a warning says at the start, each host of the same"
                + " domain can set it too."),
        section.get(
            "idle",
            Kind.duration("1m", "365d"),
            "24h",
            "A session that no request has used for so long ends; an open stream is no request."),
        section.get(
            "age-max",
            Kind.duration("1m", "365d"),
            "30d",
            "How long a session lasts at most; it never outlives the token that started it."));
  }
}
