package org.rodnan.trials;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Splits a total skin score over the 17 sites as skin thickening goes: from the fingers up the
 * limbs, nearly alike on both sides, the trunk late.
 *
 * <p>One subject has one order in which the 51 steps (17 sites, three grades) are taken; a total of
 * n is the first n of them. So a falling total takes back what came last, and a site never differs
 * by more than one from its opposite.
 */
final class SkinSites {

  /** A site or a pair of sites, with how late its first grade comes and how far the next are. */
  private record Region(String name, boolean isPaired, double onset, double pace) {}

  private static final List<Region> ARM =
      List.of(
          new Region("fingers", true, 0, 9),
          new Region("hand", true, 3, 11),
          new Region("forearm", true, 6, 13),
          new Region("upper-arm", true, 12, 15));

  private static final List<Region> LEG =
      List.of(
          new Region("foot", true, 8, 14),
          new Region("leg", true, 9, 15),
          new Region("thigh", true, 14, 16));

  private static final List<Region> TRUNK =
      List.of(
          new Region("face", false, 5, 14),
          new Region("anterior-chest", false, 10, 15),
          new Region("abdomen", false, 13, 17));

  private static final double SIDE_GAP = 0.01;

  /** One step: a site reaches one grade more. */
  private record Step(String site, double priority) {}

  private final List<String> order;

  /** The order of one subject. */
  SkinSites(Random random) {
    List<Step> steps = new ArrayList<>();
    boolean isRightFirst = random.nextBoolean();
    for (List<Region> chain : List.of(ARM, LEG)) {
      double[] floor = new double[3];
      for (Region region : chain) {
        // A limb thickens from its end: no site is ahead of the one further out.
        for (int grade = 0; grade < 3; grade++) {
          double priority = priority(region, grade, random);
          if (grade > 0) {
            priority = Math.max(priority, floor[grade - 1] + 1);
          }
          priority = Math.max(priority, floor[grade] + 2 * SIDE_GAP);
          floor[grade] = priority;
          steps.add(new Step(region.name() + "-right", priority + (isRightFirst ? 0 : SIDE_GAP)));
          steps.add(new Step(region.name() + "-left", priority + (isRightFirst ? SIDE_GAP : 0)));
        }
      }
    }
    for (Region region : TRUNK) {
      for (int grade = 0; grade < 3; grade++) {
        steps.add(new Step(region.name(), priority(region, grade, random)));
      }
    }
    steps.sort(Comparator.comparingDouble(Step::priority));
    order = steps.stream().map(Step::site).toList();
  }

  private static double priority(Region region, int grade, Random random) {
    return region.onset() + grade * region.pace() + 6 * random.nextDouble();
  }

  /** The score of each of the 17 sites, by site, in one fixed order. */
  Map<String, Integer> split(int total) {
    Map<String, Integer> scores = new LinkedHashMap<>();
    names().forEach(site -> scores.put(site, 0));
    order.subList(0, total).forEach(site -> scores.merge(site, 1, Integer::sum));
    return scores;
  }

  /** The 17 sites. */
  static List<String> names() {
    List<String> names = new ArrayList<>();
    TRUNK.forEach(region -> names.add(region.name()));
    for (List<Region> chain : List.of(ARM, LEG)) {
      for (Region region : chain) {
        names.add(region.name() + "-right");
        names.add(region.name() + "-left");
      }
    }
    return names;
  }
}
