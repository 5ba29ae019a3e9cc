# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

locals {
  archive_retention = {
    "14" = {
      days       = "14"
      date_range = "NOW-16DAYS,NOW+1DAYS"
    }
    "30" = {
      days       = "30"
      date_range = "NOW-32DAYS,NOW+1DAYS"
    }
    "90" = {
      days       = "90"
      date_range = "NOW-92DAYS,NOW+1DAYS"
    }
    "180" = {
      days       = "180"
      date_range = "NOW-182DAYS,NOW+1DAYS"
    }
    "400" = {
      days       = "400"
      date_range = "NOW-402DAYS,NOW+1DAYS"
    }
    "1095" = {
      days       = "1095"
      date_range = "NOW-1097DAYS,NOW+1DAYS"
    }
  }
}
