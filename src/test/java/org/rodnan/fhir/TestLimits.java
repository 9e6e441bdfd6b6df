package org.rodnan.fhir;

import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.TreeMap;

/** The default limits, some of them changed. */
public final class TestLimits {
  private TestLimits() {}

  /**
   * @param changed by their names in {@link Limits}
   */
  public static Limits with(Map<String, ?> changed) {
    Map<String, Object> rest = new TreeMap<>(changed);
    RecordComponent[] components = Limits.class.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        Object value = rest.remove(components[i].getName());
        values[i] = value == null ? components[i].getAccessor().invoke(Limits.DEFAULTS) : value;
      }
      if (!rest.isEmpty()) {
        throw new IllegalArgumentException("There are no limits " + rest.keySet());
      }
      return Limits.class.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
