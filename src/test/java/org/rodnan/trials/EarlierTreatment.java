package org.rodnan.trials;

/** The treatments of table 1 that subjects had before the study. */
enum EarlierTreatment {
  CORTICOSTEROIDS("corticosteroids", "Corticosteroids"),
  METHOTREXATE("methotrexate", "Methotrexate"),
  MYCOPHENOLATE("mycophenolate", "Mycophenolate mofetil"),
  CYCLOPHOSPHAMIDE("cyclophosphamide", "Cyclophosphamide"),
  PENICILLAMINE("penicillamine", "Penicillamine"),
  IVIG("ivig", "IVIG"),
  HYDROXYCHLOROQUINE("hydroxychloroquine", "Hydroxychloroquine (Plaquenil)"),
  COLCHICINE("colchicine", "Colchicine"),
  THALIDOMIDE("thalidomide", "Thalidomide"),
  MINOCYCLINE("minocycline", "Minocycline"),
  STEM_CELL_TRANSPLANT("stem-cell-transplant", "Autologous stem cell transplant"),
  ORAL_COLLAGEN("oral-collagen", "Oral collagen"),
  PHOTOTHERAPY("phototherapy", "Phototherapy");

  /** The category of the resources that record one. */
  static final String CATEGORY = "Previous treatment";

  private final String code;
  private final String printed;

  EarlierTreatment(String code, String printed) {
    this.code = code;
    this.printed = printed;
  }

  String code() {
    return code;
  }

  /** As table 1 prints it. */
  String printed() {
    return printed;
  }

  boolean isProcedure() {
    return this == STEM_CELL_TRANSPLANT || this == PHOTOTHERAPY;
  }
}
