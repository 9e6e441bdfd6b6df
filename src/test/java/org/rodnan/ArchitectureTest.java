package org.rodnan;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "org.rodnan", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule SQL_STAYS_IN_THE_STORE =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.rodnan.store")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql", "javax.sql")
          .because("the log of truth has one keeper");

  @ArchTest
  static final ArchRule LUCENE_STAYS_IN_INDEX_AND_SEARCH =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "org.rodnan.index", "org.rodnan.search", "org.rodnan.terminology.concepts")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.lucene..")
          .because("the index is a view that can be replaced");

  @ArchTest
  static final ArchRule ONLY_THE_INDEX_WRITES_IT =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.rodnan.index", "org.rodnan.terminology.concepts")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("org.apache.lucene.index.IndexWriter")
          .because(
              "only the follower of the log changes the index, and concepts have one of their own");

  @ArchTest
  static final ArchRule HTTP_STAYS_AT_THE_EDGE =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.rodnan.http", "org.rodnan.web")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "jakarta.servlet..", "org.eclipse.jetty..", "ca.uhn.fhir.rest.server..")
          .because("the interactions know neither HTTP nor HAPI's server");

  @ArchTest
  static final ArchRule SPRING_STAYS_AT_THE_RIM =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.rodnan.http", "org.rodnan.web")
          .and()
          .haveSimpleNameNotEndingWith("Configuration")
          .and()
          .haveSimpleNameNotEndingWith("Settings")
          .and()
          .haveSimpleNameNotEndingWith("package-info")
          .and()
          .doNotHaveSimpleName("RodnanApplication")
          .and()
          .doNotHaveSimpleName("IndexRebuild")
          .and(not(enclosedInConfiguration()))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework.boot..", "org.springframework.context..")
          .because("everything else takes its collaborators by constructor");

  @ArchTest
  static final ArchRule ONLY_INTERACTIONS_WRITE =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.rodnan.interaction", "org.rodnan.store")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("org.rodnan.store.WriterSection")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("org.rodnan.store.WriteUnit")
          .because("there is one door for writing");

  @ArchTest
  static final ArchRule TIME_AND_CHANCE_COME_FROM_THE_KERNEL =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.rodnan.fhir")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(UUID.class, "randomUUID")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .because("a test must be able to set the clock");

  @ArchTest
  static final ArchRule NOTHING_SLEEPS =
      noClasses().should().callMethod(Thread.class, "sleep", long.class);

  @ArchTest
  static final ArchRule NO_MUTABLE_STATICS =
      fields()
          .that()
          .areStatic()
          .and()
          .areDeclaredInClassesThat(are(not(resideInAPackage("..jmh_generated.."))))
          .should()
          .beFinal();

  @ArchTest
  static final ArchRule NAMES_SAY_WHAT_A_THING_IS =
      noClasses()
          .should()
          .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|DTO|Dto)")
          .because("such a name says nothing");

  /** The tests of other packages count as users too. */
  @Test
  void publicTypesAreUsedElsewhere() {
    classes()
        .that()
        .arePublic()
        .and()
        .areTopLevelClasses()
        .and()
        .doNotHaveSimpleName("RodnanApplication")
        .and(are(ofTheProgram()))
        .should(beUsedByAnotherPackage())
        .because("package-private is the default")
        .check(new ClassFileImporter().importPackages("org.rodnan"));
  }

  private static DescribedPredicate<JavaClass> ofTheProgram() {
    return DescribedPredicate.describe(
        "of the program",
        type ->
            type.getSource()
                .map(source -> !source.getUri().toString().contains("/test-classes/"))
                .orElse(false));
  }

  private static DescribedPredicate<JavaClass> enclosedInConfiguration() {
    return new DescribedPredicate<>("enclosed in a configuration") {
      @Override
      public boolean test(JavaClass type) {
        return type.getEnclosingClass()
            .map(outer -> outer.getSimpleName().endsWith("Configuration"))
            .orElse(false);
      }
    };
  }

  private static ArchCondition<JavaClass> beUsedByAnotherPackage() {
    return new ArchCondition<>("be used by another package") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean used =
            type.getDirectDependenciesToSelf().stream()
                .anyMatch(dependency ->
                    !dependency.getOriginClass().getPackage().equals(type.getPackage()));
        if (!used) {
          events.add(SimpleConditionEvent.violated(type, type.getName() + " is used nowhere else"));
        }
      }
    };
  }
}
