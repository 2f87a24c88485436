package dev.gatehouse.certificates;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void seesNoOtherModule() {
    var own = "dev.gatehouse.certificates";
    var others =
        DescribedPredicate.<JavaClass>describe(
            "are of another module",
            type ->
                type.getPackageName().startsWith("dev.gatehouse")
                    && !(type.getPackageName() + ".").startsWith(own + "."));

    noClasses()
        .should()
        .dependOnClassesThat(others)
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(own));
  }
}
