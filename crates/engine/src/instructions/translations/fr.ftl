# Français.

## The frame

title = Vos numéros WhatsApp : ce qu’il faut faire maintenant
title-nothing = Vos numéros WhatsApp : rien à faire maintenant
introduction = Votre prestataire de messagerie va gérer vos numéros WhatsApp lui-même, sans le partenaire intermédiaire. Pour cela, Meta les transfère vers un nouveau compte qui vous appartient.
introduction-named = { $provider } va gérer directement vos numéros WhatsApp, sans le partenaire intermédiaire. Pour cela, Meta les transfère vers un nouveau compte qui vous appartient.
only-you = Vous seul pouvez accomplir certaines étapes. Elles prennent quelques minutes, et rien ne cesse de fonctionner pour autant.
no-secrets = Personne n’a besoin de votre mot de passe ni de votre code PIN pour cela. Ne les donnez à personne.
account = Compte WhatsApp Business { $account } ({ $waba })
account-unnamed = Compte WhatsApp Business { $waba }
labels = Les noms des menus et des boutons de Meta figurent ici en anglais, avec leur sens en français. Meta peut vous les afficher dans une autre langue.
we-see-it = Inutile de nous prévenir quand vous avez terminé : nous le voyons nous-mêmes, en général dans l’heure, au plus tard en quelques heures.
questions = Si quelque chose n’est pas clair, répondez au message qui vous a transmis ces instructions.

## Turn off two-step verification (guide 1)

two-step =
    { $count ->
        [one] Désactivez la vérification en deux étapes de votre numéro
       *[other] Désactivez la vérification en deux étapes de { $count } numéros
    }
two-step-why = Un numéro ne peut être transféré que si sa vérification en deux étapes est désactivée. Rien ne cesse de fonctionner entre-temps, et elle est réactivée dès que le numéro est transféré.
two-step-numbers = Elle est encore activée pour :
number = { $number }
number-named = { $number } ({ $name })
two-step-open = Ouvrez { $whatsapp-manager } (gestionnaire WhatsApp) : { $manager-address }
two-step-find = Choisissez { $account-tools } (outils du compte), puis { $phone-numbers } (numéros de téléphone), puis l’icône en forme d’engrenage (paramètres) du numéro.
two-step-detour = Si le numéro n’y figure pas, choisissez { $overview } (vue d’ensemble) dans le menu de gauche, cherchez le numéro et sélectionnez-le.
two-step-tab = Ouvrez l’onglet { $two-step-verification } (vérification en deux étapes).
two-step-press = Cliquez sur { $turn-off } (désactiver la vérification en deux étapes) et suivez la procédure jusqu’au bout.
two-step-each = Faites de même pour chaque numéro de la liste.

## Accept the request (guide 3)

accept = Acceptez la demande
accept-why = Chez Meta, une demande de transfert du compte indiqué ci-dessus attend votre réponse. Tout administrateur du compte peut l’accepter ; un seul suffit.
settings-open = Ouvrez { $business-settings } (paramètres de l’entreprise) : { $settings-address }
requests-find = Choisissez { $requests } (demandes), puis { $received } (reçues).
accept-press = Trouvez la demande, cliquez sur { $review } (examiner) et suivez la procédure jusqu’au bout.
accept-portfolio = Si l’on vous demande un portefeuille business, prenez celui auquel vos numéros appartiennent aujourd’hui.
accept-mail = Vous recevez aussi un e-mail à ce sujet de WhatsApp for Business ({ $sender }). Son bouton ouvre simplement { $business-settings } ; une fois la demande acceptée, vous n’avez plus rien à en faire.

## Payment method (guide 3)

payment = Ajoutez un moyen de paiement
payment-after-acceptance = En acceptant, vous obtenez un nouveau compte WhatsApp Business. À partir du transfert, vous payez vous-même ses messages à Meta ; il lui faut donc un moyen de paiement.
payment-missing = Votre nouveau compte WhatsApp Business ({ $waba }) n’a pas encore de moyen de paiement. À partir du transfert, vous payez vous-même ses messages à Meta.
payment-unseen = Nous ne pouvons pas voir si votre nouveau compte WhatsApp Business ({ $waba }) a un moyen de paiement. S’il en a un, dites-le-nous ; c’est alors réglé.
payment-needed = Sans lui, vos numéros ne peuvent pas être transférés, et aucun modèle de message ne peut être envoyé depuis le nouveau compte.
payment-add = Choisissez votre nouveau compte WhatsApp Business et ajoutez-y un moyen de paiement ({ $payment-method }).
payment-refused = Corrigez votre moyen de paiement
payment-refused-why = Meta rencontre un problème avec le moyen de paiement de votre nouveau compte WhatsApp Business ({ $waba }) : le plus souvent, la carte a été refusée ou a expiré.
payment-correct = Choisissez votre nouveau compte WhatsApp Business et corrigez son moyen de paiement ({ $payment-method }) ou ajoutez-en un autre.

## What happens more rarely

decline = Refusez une autre demande
decline-why = Quelqu’un d’autre a demandé à Meta de transférer votre compte. Tant que cette demande est ouverte, la nôtre ne peut pas être envoyée.
decline-press = Trouvez la demande de l’autre prestataire et refusez-la. Si vous ne savez pas de qui elle vient, demandez-nous d’abord.
review = Terminez l’examen de votre compte par Meta
review-why = Meta n’a pas approuvé le compte indiqué ci-dessus. Il ne peut être transféré qu’une fois approuvé.
review-finish = Dans { $business-suite }, voyez ce que Meta veut encore savoir sur le compte, et indiquez-le.
appeal = Contestez la décision de Meta
appeal-why = Meta a rejeté votre nouveau compte WhatsApp Business ({ $waba }). Tant que c’est le cas, vos numéros ne peuvent pas y être transférés.
appeal-press = Dans { $business-suite }, cherchez la décision concernant le nouveau compte et contestez-la.
name =
    { $count ->
        [one] Choisissez un autre nom d’affichage
       *[other] Choisissez d’autres noms d’affichage pour { $count } numéros
    }
name-why = Un numéro ne peut être transféré qu’avec un nom d’affichage approuvé par Meta. Meta n’a pas approuvé celui de :
name-change = Modifiez le nom d’affichage ({ $display-name }) et soumettez-le à l’examen.
portfolio = Écrivez-nous au sujet de votre portefeuille business
portfolio-why = La demande a été acceptée pour un autre portefeuille business que celui auquel vos numéros appartiennent. Ils ne peuvent pas y être transférés.
portfolio-write = Dites-nous quel portefeuille est le bon. Nous réglons cela avec vous et l’assistance de Meta.
portfolio-wait = D’ici là, ne supprimez rien et n’acceptez aucune autre demande.

## What Meta is looking at

waiting = Vous n’avez rien à faire à ce sujet
waiting-names = Meta examine le nom d’affichage de :
waiting-account = Meta examine votre nouveau compte WhatsApp Business ({ $waba }).
waiting-end = Cela se termine tout seul ; nous continuons aussitôt après.

## Nothing to do

nothing-preparing = Vous n’avez encore rien à faire. Nous vous écrirons dès que ce sera le cas.
nothing-asked = Vous n’avez rien à faire pour le moment. Nous clarifions un point avec Meta.
nothing-accepted = Vous avez tout fait. Nous faisons le reste, et vos numéros sont transférés sans vous.
nothing-moved = Vos numéros ont été transférés. Vous n’avez plus rien à faire.
nothing-rejected = Vous avez refusé la demande ; rien n’est donc transféré. Si c’était une erreur, écrivez-nous.
nothing-cancelled = Le transfert a été abandonné. Vos numéros restent où ils sont, et vous n’avez rien à faire.
