package tidings.core.presence;

import java.util.Comparator;

/** The order of bytes of UTF-8, which is that of code points. */
enum Utf8Order implements Comparator<String> {
  ORDER;

  @Override
  public int compare(String one, String other) {
    int length = Math.min(one.length(), other.length());
    for (int i = 0; i < length; i++) {
      char a = one.charAt(i);
      char b = other.charAt(i);
      if (a != b) {
        boolean beyond = Character.isSurrogate(a); // of a character after all others
        return beyond == Character.isSurrogate(b) ? a - b : beyond ? 1 : -1;
      }
    }
    return one.length() - other.length();
  }
}
