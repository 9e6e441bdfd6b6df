package org.rodnan;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import com.sun.management.VMOption.Origin;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the JVM give memory back to the machine after a load: by default it keeps what a peak has
 * taken. A program that is started by {@code java -jar} can't bring options of the JVM along, but
 * some may be set while it runs.
 */
final class HeapReturn {
  private static final Logger LOG = LoggerFactory.getLogger(HeapReturn.class);

  /** Free parts of the heap, in percent, and the time between collections of an idle server. */
  private static final Map<String, String> OPTIONS =
      Map.of("MinHeapFreeRatio", "10", "MaxHeapFreeRatio", "20", "G1PeriodicGCInterval", "30000");

  private HeapReturn() {}

  /** Options that whoever started the JVM has set are left alone; another JVM or collector too. */
  static void enable() {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (jvm == null) {
      return;
    }
    OPTIONS.forEach((name, value) -> {
      try {
        VMOption option = jvm.getVMOption(name);
        if (option.getOrigin() == Origin.DEFAULT && option.isWriteable()) {
          jvm.setVMOption(name, value);
        }
      } catch (IllegalArgumentException e) {
        LOG.debug("The JVM doesn't take {}: {}", name, e.getMessage());
      }
    });
  }
}
