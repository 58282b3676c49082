package tidings.http.page;

/** Media types by the ends of names. */
final class MediaTypes {
  private MediaTypes() {}

  static String of(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "svg" -> "image/svg+xml";
      case "png" -> "image/png";
      case "ico" -> "image/x-icon";
      case "woff2" -> "font/woff2";
      case "json", "map" -> "application/json";
      case "webmanifest" -> "application/manifest+json";
      case "yaml" -> "application/yaml";
      case "txt" -> "text/plain; charset=utf-8";
      default -> "application/octet-stream";
    };
  }
}
