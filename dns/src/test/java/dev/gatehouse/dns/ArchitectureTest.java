package dev.gatehouse.dns;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void seesNoOtherModule() {
    var classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.gatehouse.dns");
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.gatehouse..").and(not(resideInAPackage("dev.gatehouse.dns.."))))
        .check(classes);
  }
}
