"""Portuguese words around a score."""

from surveys.policies.chat_words.words import ChatWords, counted, words

PORTUGUESE = ChatWords(
    numbers=counted("zero - dois/duas tres quatro cinco seis sete oito nove dez um uma") | {"um": 1, "uma": 1},
    weak=words("um uma"),
    own=words("um uma"),
    against=words("as"),
    of=words("em de sobre"),
    to=words("a ou ate"),
    points=words("ponto pontos estrela estrelas"),
    talk=words(
        "eu te lhe dou daria dar digo diria minha a o um uma e era foi seria nota avaliacao pontuacao para por "
        "como uns cerca talvez claro escala de favor"
    ),
    praise=words(
        "obrigado obrigada valeu muito bem bom boa otimo otima excelente perfeito perfeita fantastico rapido "
        "rapida simpatico simpatica atencioso atenciosa gentil satisfeito satisfeita contente mau ma ruim pessimo "
        "pessima lento servico atendimento apoio ajuda equipa equipe trabalho resposta tudo sim ola oi abraco "
        "mesmo ok show"
    ),
    but=words("mas porque embora porem pois"),
    no=words("nao nunca jamais sem nem"),
    meant=words("desculpa desculpe queria dizer alias correcao melhor"),
    opens=words("que quem como qual quando onde porque"),
    asks=words(
        "reembolso falta faltam partido quebrado danificado cancelar fatura pedido encomenda entrega urgente ligar "
        "liguem espero esperando pergunta preciso quero enviar chegou perdido dinheiro paguei devolucao "
        "troca"
    ),
    up=words("sim bem bom otimo perfeito"),
    down=words("nao mau ruim pessimo"),
)
