package org.rodnan.fhir;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/** Reads {@link Limits} from settings, component by component, so that each has one default. */
final class LimitsSettings {
  private static final String PREFIX = "rodnan.limits.";

  private LimitsSettings() {}

  static Limits from(Binder binder) {
    RecordComponent[] components = Limits.class.getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        RecordComponent component = components[i];
        types[i] = component.getType();
        Object otherwise = component.getAccessor().invoke(Limits.DEFAULTS);
        values[i] = value(binder, component, otherwise);
      }
      Constructor<Limits> constructor = Limits.class.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Limits can't be read: " + Arrays.toString(values), e);
    }
  }

  private static Object value(Binder binder, RecordComponent component, Object otherwise) {
    ConfigurationPropertyName name = ConfigurationPropertyName.of(PREFIX + setting(component));
    return component.getType() == int.class
        ? binder.bind(name, Bindable.of(Integer.class)).orElse((Integer) otherwise)
        : binder
            .bind(name, Bindable.of(java.time.Duration.class))
            .orElse((java.time.Duration) otherwise);
  }

  /** {@code bodyBytesMax} is set as {@code body-bytes-max}. */
  private static String setting(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
  }
}
