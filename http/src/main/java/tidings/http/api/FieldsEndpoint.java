package tidings.http.api;

import tidings.http.exchange.Endpoint;

/** One that takes a JSON object, as {@link Fields} reads it. */
@FunctionalInterface
interface FieldsEndpoint extends Endpoint {
  @Override
  default int bodyBytesMax() {
    return Fields.BYTES_MAX;
  }
}
