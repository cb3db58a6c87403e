import type { FieldMeaning } from "./field-groups.ts";

/** What the directory knows of the contacts that match a call. Source: specification, 3. */
export const contactMeanings: Readonly<Record<string, FieldMeaning>> = {
  directoryMatches: [
    "directory",
    "Contacts that match the call",
    "Contacts qui correspondent à l’appel",
  ],
  "directoryMatches.dirName": ["directory", "Name of the directory", "Nom de l’annuaire"],
  "directoryMatches.dirId": ["directory", "Id of the directory", "Identifiant de l’annuaire"],
  "directoryMatches.dirType": [
    "directory",
    "Type of the match, always DirectoryContactMatch",
    "Type de correspondance, toujours DirectoryContactMatch",
  ],
  "directoryMatches.contactId": ["directory", "Id of the contact", "Identifiant du contact"],
  "directoryMatches.fields": [
    "directory",
    "What the directory knows of the contact",
    "Ce que l’annuaire sait du contact",
  ],
  "directoryMatches.fields.title": [
    "directory",
    "Contact’s form of address",
    "Civilité du contact",
  ],
  "directoryMatches.fields.fullName": [
    "directory",
    "Contact’s full name",
    "Nom complet du contact",
  ],
  "directoryMatches.fields.companyName": ["directory", "Contact’s company", "Société du contact"],
  "directoryMatches.fields.jobTitle": ["directory", "Contact’s job title", "Fonction du contact"],
  "directoryMatches.fields.telephone1": [
    "directory",
    "Contact’s telephone 1",
    "Téléphone 1 du contact",
  ],
  "directoryMatches.fields.telephone2": [
    "directory",
    "Contact’s telephone 2",
    "Téléphone 2 du contact",
  ],
  "directoryMatches.fields.telephone3": [
    "directory",
    "Contact’s telephone 3",
    "Téléphone 3 du contact",
  ],
  "directoryMatches.fields.telephone4": [
    "directory",
    "Contact’s telephone 4",
    "Téléphone 4 du contact",
  ],
  "directoryMatches.fields.email": [
    "directory",
    "Contact’s e-mail address",
    "Adresse électronique du contact",
  ],
  "directoryMatches.fields.crmId": [
    "directory",
    "Contact’s id in the CRM",
    "Identifiant du contact dans le CRM",
  ],
  "directoryMatches.fields.field1": [
    "directory",
    "Contact’s custom field 1",
    "Champ personnalisé 1 du contact",
  ],
  "directoryMatches.fields.field2": [
    "directory",
    "Contact’s custom field 2",
    "Champ personnalisé 2 du contact",
  ],
  "directoryMatches.fields.field3": [
    "directory",
    "Contact’s custom field 3",
    "Champ personnalisé 3 du contact",
  ],
  "directoryMatches.fields.field4": [
    "directory",
    "Contact’s custom field 4",
    "Champ personnalisé 4 du contact",
  ],
  "directoryMatches.fields.field5": [
    "directory",
    "Contact’s custom field 5",
    "Champ personnalisé 5 du contact",
  ],
  "directoryMatches.fields.field6": [
    "directory",
    "Contact’s custom field 6",
    "Champ personnalisé 6 du contact",
  ],
  "directoryMatches.fields.field7": [
    "directory",
    "Contact’s custom field 7",
    "Champ personnalisé 7 du contact",
  ],
  "directoryMatches.fields.field8": [
    "directory",
    "Contact’s custom field 8",
    "Champ personnalisé 8 du contact",
  ],
  "directoryMatches.fields.field9": [
    "directory",
    "Contact’s custom field 9",
    "Champ personnalisé 9 du contact",
  ],
  "directoryMatches.fields.field10": [
    "directory",
    "Contact’s custom field 10",
    "Champ personnalisé 10 du contact",
  ],
};
